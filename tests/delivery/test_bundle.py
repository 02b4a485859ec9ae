"""Bundles, read with the tools of a host: tar and sha256sum."""

import errno
import hashlib
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.delivery.trees import artifacts, content
from tests.plans import host, seed

from taploom.backends.artifact import Artifact
from taploom.delivery.archive import tar
from taploom.delivery.comparison import File
from taploom.delivery.folder import Folder
from taploom.delivery.layout import bundles, tree_of
from taploom.delivery.tree import write

INSTALLED = ["etc/sysctl.d/60-taploom.conf", "etc/systemd/network/06-taploom-br.network", "etc/taploom/taploom.nft"]


def bundle_of(artifacts: tuple[Artifact, ...] = artifacts(), **options: Any) -> dict[str, File]:
    (found,) = bundles(seed(), (host(),), artifacts, **options)
    return found


def run(*command: object, cwd: Path) -> str:
    return subprocess.run([str(word) for word in command], cwd=cwd, check=True, capture_output=True, text=True).stdout


def test_the_archive_unpacks_to_files_with_the_listed_checksums(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(tar(bundle_of()))
    listed = run("tar", "--utc", "-tvf", "b.tar", cwd=tmp_path).splitlines()
    assert [line.split()[-1] for line in listed] == sorted(
        ["SHA256SUMS", "activate", "activation", "inspect", "manifest.json", *INSTALLED]
    )
    assert {line.split()[1] for line in listed} == {"root/root"}
    assert {" ".join(line.split()[3:5]) for line in listed} == {"1970-01-01 00:00"}
    (rules,) = [line for line in listed if line.endswith(".nft")]
    assert rules.startswith("-rw------- ")
    (activate,) = [line for line in listed if line.endswith("activate")]
    assert activate.startswith("-rwxr-xr-x ")
    run("tar", "-xf", "b.tar", cwd=tmp_path)
    assert run("sha256sum", "--strict", "-c", "SHA256SUMS", cwd=tmp_path).count(": OK\n") == 7
    assert (tmp_path / "etc/systemd/network/06-taploom-br.network").read_text() == "[Match]\nName=br\n"


def test_the_archive_is_reproducible(tmp_path: Path) -> None:
    once = tar(bundle_of())
    again = tar(dict(reversed(bundle_of(tuple(reversed(artifacts()))).items())))
    assert once == again


def test_the_manifest_lists_files_and_activation_steps(tmp_path: Path) -> None:
    bundle = bundle_of()
    manifest = json.loads(bundle["manifest.json"].data)
    assert manifest["format"] == "taploom-bundle/1"
    assert manifest["host"] == "hypervisor"
    assert manifest["target"] == {"systemd": 252, "nftables": "1.0.6", "nixos": "25.11"}
    plan = next(a.text for a in artifacts() if a.path == "plan.json")
    assert manifest["plan"] == f"sha256:{hashlib.sha256(plan.encode()).hexdigest()}"
    # The filter is loaded before forwarding is enabled; interfaces are configured last.
    assert manifest["activation"] == [
        {"step": "nftables", "run": [["nft", "-f", "/etc/taploom/taploom.nft"]]},
        {"step": "sysctl", "run": [["systemctl", "restart", "systemd-sysctl.service"]]},
        {"step": "networkd", "run": [["networkctl", "reload"]]},
    ]
    rows = {row["path"]: row for row in manifest["files"]}
    assert list(rows) == INSTALLED
    assert rows["etc/taploom/taploom.nft"]["install"] == "/etc/taploom/taploom.nft"
    assert rows["etc/taploom/taploom.nft"]["mode"] == "0600"
    for path, row in rows.items():
        assert row["sha256"] == hashlib.sha256(bundle[path].data).hexdigest()


def test_a_bundle_in_a_folder_is_updated_in_place(tmp_path: Path) -> None:
    bundle = bundle_of()
    assert len(write(tmp_path, bundle).written) == 8
    assert (tmp_path / "etc/taploom/taploom.nft").stat().st_mode & 0o777 == 0o600
    assert run("sha256sum", "--strict", "-c", "SHA256SUMS", cwd=tmp_path).count(": OK\n") == 7
    assert not write(tmp_path, bundle).written
    less = bundle_of(tuple(a for a in artifacts() if "sysctl" not in a.path))
    done = write(tmp_path, less)
    assert not done.diagnostics
    assert done.removed == ("etc/sysctl.d/60-taploom.conf",)
    assert content(tmp_path) == {path: file.data for path, file in less.items()}


def test_a_changed_mode_is_restored(tmp_path: Path) -> None:
    bundle = {**bundle_of()}
    write(tmp_path, bundle)
    (tmp_path / "etc/taploom/taploom.nft").chmod(0o644)
    assert write(tmp_path, bundle).written == ("etc/taploom/taploom.nft",)
    assert (tmp_path / "etc/taploom/taploom.nft").stat().st_mode & 0o777 == 0o600


def test_the_tree_has_a_manifest_for_each_host(tmp_path: Path) -> None:
    tree = tree_of(seed(), artifacts())
    listed = {row["path"]: row["sha256"] for row in json.loads(tree["manifest.json"].data)["files"]}
    assert listed == {
        path: hashlib.sha256(file.data).hexdigest() for path, file in tree.items() if path != "manifest.json"
    }
    mine = json.loads(tree["hosts/hypervisor/manifest.json"].data)
    assert [row["path"] for row in mine["files"]] == [
        "networkd/06-taploom-br.network", "nftables/taploom.nft", "nixos/default.nix", "sysctl/60-taploom.conf",
    ]  # fmt: skip
    assert "install" not in mine["files"][2]
    assert {file.mode for file in tree.values()} == {None}


def test_an_interrupted_bundle_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, bundle_of())
    rules = next(a for a in artifacts() if a.path.endswith(".nft"))
    wanted = bundle_of((replace(rules, lines=()), *(a for a in artifacts() if a != rules)), serial=2)
    put, names = Folder.write, []

    def full(folder: Folder, path: str, data: bytes, mode: int | None) -> None:
        names.append(path)
        if len(names) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        put(folder, path, data, mode)

    monkeypatch.setattr(Folder, "write", full)
    assert [d.code for d in write(tmp_path, wanted).diagnostics] == ["TL911"]
    monkeypatch.undo()
    assert content(tmp_path) != {path: file.data for path, file in wanted.items()}
    assert not write(tmp_path, wanted).diagnostics
    assert content(tmp_path) == {path: file.data for path, file in wanted.items()}
