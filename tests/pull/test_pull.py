"""Pulls a bundle from each kind of source, with each shell, and goes back if the bundle does not work."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.pull.publishing import SCRIPT, Publisher, Puller
from tests.support import needs

pytestmark = needs("ssh-keygen", "curl", "openssl", "flock")
TAKEN = ["try --expect", "confirm"]


SHELLS = [
    pytest.param(one, marks=needs(one[0]), id=one[0]) for one in (("dash",), ("bash", "--posix"), ("busybox", "sh"))
]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_bundle_is_activated_once(publisher: Publisher, puller: Puller, shell: tuple[str, ...]) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    host = replace(puller, shell=shell)
    code, said = host.run()
    assert (code, host.calls) == (0, TAKEN), said
    assert (host.record / "calls").read_text().startswith(f"try --expect sha256:{publisher.digest} --force\n")
    assert (host.state / "current/activation").read_text().startswith("taploom-activation/1\nhost hv-east\n")
    assert "has sha256:" in host.run()[1]
    assert host.calls == TAKEN
    assert [path.name for path in (host.state / "pull").iterdir() if path.name.startswith("work")] == []


def test_a_bundle_is_pulled_from_git(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q", "-b", "bundles"], ["add", "."], ["commit", "-q", "-m", "three"]):
        subprocess.run(["git", *who, *words], cwd=publisher.folder, env=env, check=True)
    host = replace(puller, source=f"git+file://{publisher.folder}#bundles")
    code, said = host.run()
    assert (code, host.calls) == (0, TAKEN), said


def test_a_bundle_is_pulled_from_a_registry(publisher: Publisher, puller: Puller, address: str) -> None:
    """Paths follow OCI's distribution specification (1.1); the artifact has one layer per file."""
    publisher.publish(3, waiver="the first bundle of this host")
    blobs = publisher.folder / "v2/net/bundles/blobs"
    blobs.mkdir(parents=True)
    layers = []
    for name in ("hv-east.tar", "hv-east.sig", "taploom.release", "taploom.release.sig"):
        data = subprocess.run(["tar", "-cf", "-", name], cwd=publisher.folder, capture_output=True, check=True).stdout
        digest = hashlib.sha256(data).hexdigest()
        (blobs / f"sha256:{digest}").write_bytes(data)
        layers.append({"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{digest}"})
    empty = hashlib.sha256(b"{}").hexdigest()
    (blobs / f"sha256:{empty}").write_bytes(b"{}")
    (blobs.parent / "manifests").mkdir()
    manifest = {"schemaVersion": 2, "config": {"digest": f"sha256:{empty}"}, "layers": layers}
    (blobs.parent / "manifests/stable").write_text(json.dumps(manifest))
    for each in publisher.folder.iterdir():
        if each.is_file():
            each.unlink()
    host = replace(puller, source=f"oci://{address}/net/bundles:stable")
    code, said = host.run()
    assert (code, host.calls) == (0, TAKEN), said


@pytest.mark.parametrize("code", [11, 12])
def test_a_host_that_went_back_does_not_try_that_release_again(publisher: Publisher, puller: Puller, code: int) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    puller.record.mkdir(parents=True)
    (puller.record / "try").write_text(str(code))
    assert puller.run()[0] == code
    again, said = puller.run()
    assert (again, puller.calls) == (11, ["try --expect"])
    assert "rolled back from this release before" in said
    (puller.record / "try").unlink()
    publisher.publish(4, waiver="the first bundle of this host")
    assert puller.run()[0] == 0
    assert puller.calls == ["try --expect", *TAKEN]


def test_a_refused_try_is_tried_again(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    puller.record.mkdir(parents=True)
    (puller.record / "try").write_text("10")
    assert [puller.run()[0], puller.run()[0]] == [10, 10]
    assert puller.calls == ["try --expect", "try --expect"]


def test_a_bundle_that_cuts_the_connection_to_the_source_is_reverted(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    puller.record.mkdir(parents=True)
    cut = puller.record / "on-try"
    cut.write_text(f"#!/bin/sh\nrm {publisher.folder / 'taploom.release'}\n")
    cut.chmod(0o755)
    code, said = puller.run()
    assert (code, puller.calls) == (11, ["try --expect", "revert"])
    assert "rolls back: not confirmed" in said
    assert not (puller.state / "current").exists()


@pytest.mark.parametrize(("reverted", "code"), [("0", 11), ("12", 12)])
def test_an_unconfirmed_bundle_is_reverted(publisher: Publisher, puller: Puller, reverted: str, code: int) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    puller.record.mkdir(parents=True)
    (puller.record / "confirm").write_text("10")
    (puller.record / "revert").write_text(reverted)
    assert puller.run()[0] == code
    assert puller.calls == [*TAKEN, "revert"]


def test_a_second_run_at_the_same_time_is_refused(publisher: Publisher, puller: Puller) -> None:
    publisher.publish(3, waiver="the first bundle of this host")
    puller.record.mkdir(parents=True)
    other = puller.record / "on-try"
    other.write_text(f"#!/bin/sh\nsh {SCRIPT} >{puller.record / 'other'} 2>&1; echo $? >>{puller.record / 'other'}\n")
    other.chmod(0o755)
    assert puller.run()[0] == 0
    assert (puller.record / "other").read_text() == "taploom-pull: another taploom-pull is running\n10\n"
    assert puller.calls == TAKEN


@needs("shellcheck")
def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(["shellcheck", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@needs("systemd-analyze")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    text = (SCRIPT.with_name("taploom-pull.service")).read_text().replace("/usr/local/sbin/taploom-pull", str(SCRIPT))
    (tmp_path / "taploom-pull.service").write_text(text)
    shutil.copy(SCRIPT.with_name("taploom-pull.timer"), tmp_path)
    units = sorted(map(str, tmp_path.glob("taploom-pull.*")))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "taploom" in line] == []
    assert done.returncode == 0
