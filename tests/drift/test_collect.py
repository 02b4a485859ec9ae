"""The script that collects facts: it runs in each POSIX shell, prints valid JSON for any file name, and only reads."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from tests.support import needs

from taploom.drift.facts.model import Facts
from taploom.drift.facts.read import read_facts

SCRIPT = str(files("taploom.drift") / "collect.sh")
SHELLS = [shell for shell in ("dash", "bash", "busybox", "sh") if shutil.which(shell)]
ODD = 'quote" back\\slash \n new \t tab é $(touch gone) `touch gone` %s \x1b[31m.network'


def collected(shell: str, *within: str) -> Facts:
    words = [shell, "sh"] if shell == "busybox" else [shell]
    done = subprocess.run(
        [*within, *words, SCRIPT], capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    found = read_facts("facts.json", done.stdout)
    assert isinstance(found, Facts), found
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_prints_facts(shell: str) -> None:
    found = collected(shell)
    if shell != "busybox" or found.links is not None:  # busybox's own `ip` prints no JSON
        assert "lo" in (found.links or {})
    assert found.sysctls["net/ipv4/conf/all/forwarding"] in "01"
    assert found.collected > 1_700_000_000


@needs("root", "unshare", "nft")
@pytest.mark.parametrize("shell", SHELLS)
def test_odd_file_names_are_escaped_and_run_nothing(shell: str, tmp_path: Path) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    odd = ODD.replace("\n", "") if shell == "busybox" else ODD  # busybox's sha256sum does not escape line ends
    (folder / odd).write_text("[Match]\n")
    inside = 'mount -t tmpfs tmpfs /etc/systemd/network && cp -- "$0"/* /etc/systemd/network && cd /tmp && exec "$@"'
    within = ["unshare", "--mount", "--net", "sh", "-c", inside, str(folder)]
    found = collected(shell, *within)
    assert f"/etc/systemd/network/{odd}" in found.files
    assert found.ruleset == ()
    assert not Path("/tmp/gone").exists()


@needs("shellcheck")
def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(["shellcheck", "--shell=sh", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@needs("strace")
def test_it_opens_no_file_for_writing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = ["strace", "-f", "-e", "trace=open,openat,unlink,unlinkat,rename,renameat2,mkdir", "-o", str(log)]
    subprocess.run([*command, "sh", SCRIPT], capture_output=True, check=True, timeout=120)
    opened = [line for line in log.read_text().splitlines() if "ENOENT" not in line and '"/dev/' not in line]
    assert [line for line in opened if any(flag in line for flag in ("O_WRONLY", "O_RDWR", "O_CREAT"))] == []


def test_it_is_short_and_uses_no_further_programs() -> None:
    text = Path(SCRIPT).read_text()
    assert [word for word in ("awk", "sed ", "grep", "python", "jq", "perl", "find ", "sysctl ") if word in text] == []
    assert len(text.splitlines()) < 120
