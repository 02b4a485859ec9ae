"""`taploom export`: bundles of one host and of all hosts, for the seed and for a changed seed."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.cli.conftest import SEED, Taploom

from taploom.cli.entry import run
from taploom.delivery.bundle_schema import bundle_schema


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_export_to_a_file_to_stdout_and_to_a_folder(locked: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    def printed(*words: str) -> bytes:
        capfdbinary.readouterr()
        assert run(words) == 0
        sys.stdout.flush()
        return capfdbinary.readouterr().out

    assert printed("export", "hypervisor") == b""
    assert printed("export", "hypervisor", "-o", "-") == (locked / "build/hypervisor.tar").read_bytes()
    assert printed("export", "hypervisor", "-o", "bundle") == b""
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=locked / "bundle", check=True)
    (locked / "unpacked").mkdir()
    subprocess.run(["tar", "-xf", "../build/hypervisor.tar"], cwd=locked / "unpacked", check=True)
    assert files(locked / "unpacked") == files(locked / "bundle")


def test_a_bundle_has_the_bytes_of_the_rendered_tree(locked: Path, taploom: Taploom) -> None:
    assert taploom("render").status == 0
    assert taploom("export", "hypervisor", "-o", "bundle").status == 0
    tree = locked / "build/plan/hosts/hypervisor"
    rows = [row for row in json.loads((tree / "manifest.json").read_text())["files"] if "install" in row]
    assert {row["path"].partition("/")[0] for row in rows} == {"networkd", "nftables", "sysctl"}
    for row in rows:
        assert (locked / "bundle" / row["install"].lstrip("/")).read_bytes() == (tree / row["path"]).read_bytes()


@pytest.mark.parametrize("name", ["hv.tar.gz", "hv.tgz", "hv.tar.zst", "hv.zip", "hv.txz", "hv.tbz2"])
def test_an_export_is_never_a_folder_named_like_an_archive(locked: Path, taploom: Taploom, name: str) -> None:
    shown = taploom("export", "hypervisor", "-o", name)
    assert (shown.status, shown.out) == (64, "")
    assert not (locked / name).exists()
    assert taploom("export", "hypervisor", "-o", "hv.example.org").status == 0


def test_export_of_an_unknown_host_suggests_a_name(locked: Path, taploom: Taploom) -> None:
    shown = taploom("export", "hypervisr")
    assert shown.status == 64
    assert "Did you mean 'hypervisor'?" in shown.err


TWO = SEED.replace(
    "guests:\n", "  last:\n    uplinks: {eth1: {zone: internet, ipv4: dhcp, ipv6: ra}}\n    networks: {}\nguests:\n"
).replace("to: host/hypervisor", "to: hosts")


@pytest.fixture
def two(site: Path) -> Path:
    """A site of two hosts, with its lock."""
    (site / "specs/seed.yaml").write_text(TWO)
    assert run(["lock"]) == 0
    return site


def facts(folder: Path) -> list[list[str]]:
    """The lines of the file `activation`, split into words by a shell."""
    script = (
        "set -f; while IFS= read -r line; do for word in $line; do printf '%s\\0' \"$word\"; done; printf '\\n'; done"
    )
    with (folder / "activation").open("rb") as lines:
        read = subprocess.run(["sh", "-c", script], stdin=lines, capture_output=True, check=True, text=True)
    return [line.split("\0")[:-1] for line in read.stdout.splitlines()]


def named(folder: Path, word: str) -> list[list[str]]:
    return [line[1:] for line in facts(folder) if line[0] == word]


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    Draft202012Validator(bundle_schema()).validate(found)
    return found


def test_bundles_of_all_hosts_equal_those_of_single_exports(two: Path, taploom: Taploom) -> None:
    assert taploom("export", "--all", "--serial", "7").status == 0
    assert taploom("export", "--all", "--serial", "7", "--unpacked", "-o", "folders").status == 0
    assert sorted(path.name for path in (two / "build").iterdir()) == ["hypervisor.tar", "last.tar", "taploom.release"]
    assert (two / "folders/taploom.release").read_bytes() == (two / "build/taploom.release").read_bytes()
    for host in ("hypervisor", "last"):
        assert taploom("export", host, "--serial", "7", "-o", f"one/{host}.tar").status == 0
        assert (two / f"one/{host}.tar").read_bytes() == (two / f"build/{host}.tar").read_bytes()
        (two / "unpacked" / host).mkdir(parents=True)
        subprocess.run(["tar", "-xf", two / f"build/{host}.tar"], cwd=two / "unpacked" / host, check=True)
        assert files(two / "unpacked" / host) == files(two / "folders" / host)
        assert manifest(two / "folders" / host)["serial"] == 7
        assert named(two / "folders" / host, "host") == [[host]]
        assert named(two / "folders" / host, "serial") == [["7"]]


def test_the_shell_format_and_the_manifest_of_a_bundle_agree(two: Path, taploom: Taploom) -> None:
    assert taploom("export", "hypervisor", "-o", "bundle").status == 0
    assert taploom("render").status == 0
    said, bundle = manifest(two / "bundle"), two / "bundle"
    assert facts(bundle)[0] == ["taploom-activation/1"]
    plan = hashlib.sha256((two / "build/plan/plan.json").read_bytes()).hexdigest()
    assert named(bundle, "plan") == [[f"sha256:{plan}"]] == [[said["plan"]]]
    there = sorted(str(path.relative_to(bundle)) for path in (bundle / "etc").rglob("*") if path.is_file())
    assert named(bundle, "file") == [["0644", path] for path in there]
    assert [(row["mode"], row["path"]) for row in said["files"]] == [("0644", path) for path in there]
    assert named(bundle, "uplink") == [["eth0"]]
    assert named(bundle, "bridge") == [["br-microvm"]]
    assert named(bundle, "probe") == [
        ["gateway", "eth0", "ipv4", "learned"],
        ["gateway", "eth0", "ipv6", "learned"],
        ["dns", "vm.example.org"],
        ["tcp", "22"],
    ]
    assert said["take_up"]["confirm"] == 120
    assert [probe["kind"] for probe in said["take_up"]["probes"]] == [words[0] for words in named(bundle, "probe")]
    assert named(bundle, "confirm") == [["120"]]
    assert named(bundle, "before") == []
    assert said["change"] is None


def test_a_bundle_lists_its_changes_since_a_base(two: Path, taploom: Taploom) -> None:
    shutil.copytree("specs", "old")
    assert taploom("render", "--out", "before").status == 0
    (two / "specs/seed.yaml").write_text(TWO.replace("10.0.0.1/24", "10.0.0.2/24").replace("tcp/80", "tcp/8080"))
    assert taploom("export", "--all", "--unpacked", "--since", "./old").status == 0
    assert taploom("export", "--all", "--unpacked", "--since", "before/plan.json", "-o", "again").status == 0
    told = json.loads(taploom("plan", "./old", "./specs", "--format", "json").out)["disruption"]
    plan = hashlib.sha256((two / "before/plan.json").read_bytes()).hexdigest()
    for host in ("hypervisor", "last"):
        folder, mine = two / "build" / host, [row for row in told if row["host"] == host]
        assert files(two / "again" / host) == files(folder)
        change = manifest(folder)["change"]
        assert [(row["class"], row["device"], row["file"]) for row in change["disruption"]] == [
            (row["class"], row["device"], row["file"]) for row in mine
        ]
        assert named(folder, "before") == [[f"sha256:{plan}"]] == [[change["before"]]]
        lines = [
            [row["class"], {"table taploom": "taploom", "guests on br-microvm": "-"}.get(device, device), file or "-"]
            for row in mine
            for device, file in ((row["device"], row["file"]),)
        ]
        assert named(folder, "change") == [line for at, line in enumerate(lines) if line not in lines[:at]]
        assert change["worst_class"] == max((row["class"] for row in mine), default="D0")
    assert ["D4", "br-microvm", "06-taploom-br-microvm.network"] in named(two / "build/hypervisor", "change")
    assert ["D1", "taploom", "taploom.nft"] in named(two / "build/hypervisor", "change")


def test_a_host_that_the_base_lacks_has_no_change(two: Path, taploom: Taploom) -> None:
    shutil.copytree("specs", "old")
    (two / "old/seed.yaml").write_text(SEED)
    assert taploom("export", "--all", "--unpacked", "--since", "./old").status == 0
    assert named(two / "build/last", "before") == []
    assert manifest(two / "build/last")["change"] is None
    assert len(named(two / "build/hypervisor", "before")) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("hypervisor", "--since", "./wrong"), "./wrong does not compile, so no host can have its files."),
        (("hypervisor", "--since", "./none"), "`./none` is no folder of specs"),
        (("hypervisor", "--since", "none.json"), "none.json cannot be read"),
        (("hypervisor", "--since", "HEAD"), "git"),
        (("hypervisor", "--serial", "-1"), "-1 is not in the range"),
        (("hypervisor", "--serial", str(10**18)), "is not in the range"),
        (("hypervisor", "--all"), "Name one host, or bundle all of them with --all."),
        ((), "Name one host, or bundle all of them with --all."),
        (("hypervisor", "--unpacked"), "--unpacked goes with --all"),
        (("--all", "-o", "-"), "- is no folder"),
        (("hypervisor", "--wave", "1"), "--wave and --waiver go with --all"),
        (("hypervisor", "--waiver", "somebody is at the console"), "--wave and --waiver go with --all"),
        (("--all", "--wave", "2"), "The site has no wave 2: the last one is 1."),
        (("--all", "--wave", "0"), "0 is not in the range"),
        (("--all", "--waiver", "hurry"), "--waiver takes a reason"),
        (("--all", "--waiver", "a reason\nwindow D6 always"), "--waiver takes a reason"),
        (("--all", "-o", "all.tar"), "all.tar is no folder"),
    ],
)
def test_an_invalid_export_is_refused_and_writes_nothing(
    words: tuple[str, ...], said: str, locked: Path, taploom: Taploom
) -> None:
    (locked / "wrong").mkdir()
    (locked / "wrong/seed.yaml").write_text(SEED.replace("host: hypervisor", "host: nobody"))
    before = files(locked)
    shown = taploom("export", *words)
    assert (shown.status, shown.out) == (64, "")
    assert said in shown.err
    assert files(locked) == before


ROLLOUT = """\
site:
  name: seed
  domain: vm.example.org
  rollout:
    waves: [last, hosts]
    windows: {D0: always, D2-D3: [Sun 23:00-01:00 UTC, "Tue 21:00-23:30 Europe/Berlin"], D4: never}
"""


def test_a_release_names_the_bundles_their_waves_and_windows(two: Path, taploom: Taploom) -> None:
    site, _, rest = TWO.partition("networks:")
    assert "site:" in site
    specs = f"taploom: 1\n{ROLLOUT}networks:{rest}"
    (two / "specs/seed.yaml").write_text(specs)
    assert taploom("export", "--all", "--serial", "7", "--wave", "1", "--waiver", "a hole that is used").status == 0
    assert taploom("render").status == 0

    def checksum(path: str) -> str:
        return subprocess.check_output(["sha256sum", two / path], text=True).split()[0]

    assert (two / "build/taploom.release").read_text().splitlines() == [
        "taploom-release/1",
        f"plan sha256:{checksum('build/plan/plan.json')}",
        "serial 7",
        "wave 1",
        "waiver a hole that is used",
        f"host hypervisor 2 {checksum('build/hypervisor.tar')}",
        f"host last 1 {checksum('build/last.tar')}",
        "window D0 always",
        *(f"window D{grade} {time}" for grade in (2, 3) for time in (
            "1 0000 0100 UTC", "2 2100 2330 Europe/Berlin", "7 2300 2400 UTC",
        )),
    ]  # fmt: skip
    before = files(two / "build")
    assert taploom("export", "--all", "--serial", "7", "--wave", "2").status == 0
    after = files(two / "build")
    assert {name for name in after if after[name] != before[name]} == {"taploom.release"}


def test_no_release_is_written_if_a_bundle_is_missing(two: Path, taploom: Taploom) -> None:
    (two / "build/hypervisor.tar").mkdir(parents=True)
    shown = taploom("export", "--all")
    assert shown.status == 1
    assert "error[TL911]" in shown.err
    assert sorted(path.name for path in (two / "build").iterdir()) == ["hypervisor.tar", "last.tar"]
