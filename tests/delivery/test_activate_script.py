"""`activate` and `inspect` under the shells of hosts; tests/hosts runs them on booted hosts.

Each shell checks bundles in a new network namespace, with a stub of `systemctl`, and with only those programs in `PATH`
that `activate` names.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path

import pytest
from tests.plans import host, seed
from tests.support import needs

from taploom.delivery.comparison import File
from taploom.delivery.layout import bundles
from taploom.driver import rendered

SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}
SCRIPTS = ("activate", "inspect")
DONE, REFUSED, USAGE = 0, 10, 64
MOST_LINES = 400
_COREUTILS = """
cat chmod cp cut date dirname du head id ln ls mkdir mktemp mv readlink rm rmdir seq sha256sum sleep sort stat sync tail
timeout touch tr uname uniq
"""
_OTHERS = "flock getent ip networkctl nft ping ss ssh-keygen systemctl systemd-cat systemd-run"
_BUILT_IN = """
. : [ break case cd continue do done echo elif else esac exec exit export fi for if kill printf pwd read readonly return
set shift then trap umask until wait while
"""
COREUTILS, OTHERS, BUILT_IN = (frozenset(words.split()) for words in (_COREUTILS, _OTHERS, _BUILT_IN))
NAMES = {"rules": "etc/taploom/taploom.nft", "unit": "etc/systemd/network/06-taploom-br-microvm.network"}


def text(script: str) -> str:
    return resources.files("taploom.delivery").joinpath(f"{script}.sh").read_text()


@needs("shellcheck")
def test_shellcheck_finds_nothing() -> None:
    folder = resources.files("taploom.delivery")
    done = subprocess.run(
        ["shellcheck", "--external-sources", *(str(folder.joinpath(f"{script}.sh")) for script in SCRIPTS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_is_short(script: str) -> None:
    assert len(text(script).splitlines()) < MOST_LINES


@needs(*(argv[0] for argv in SHELLS.values()))
@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_parses_it(shell: str, script: str) -> None:
    done = subprocess.run([*SHELLS[shell], "-n"], input=text(script), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _commands(source: str) -> set[str]:
    """The first word of each command, found with regular expressions; the result may include words of messages."""
    bare = re.sub(r"(?m)(^|\s)#.*$", "", source)
    before = r"(?:^|[;|&({!]|\b(?:do|then|else|if|while|until)\b|\blimit \d+)"
    words = re.findall(rf"(?={before}\s*([a-z0-9-]+)(?=[\s;)]|$))", bare, re.MULTILINE)
    return {word for word in words if not word.isdigit()}


def test_it_runs_only_programs_of_a_host_with_systemd_and_nftables() -> None:
    defined = {name for script in SCRIPTS for name in re.findall(r"(?m)^([a-z_]+)\(\)", text(script))}
    programs = {word for script in SCRIPTS for word in _commands(text(script)) if shutil.which(word)}
    assert programs - defined - BUILT_IN - COREUTILS - OTHERS == set()


SYSTEMCTL = """#!/bin/sh
case "$*" in
    --version) echo "systemd 252 (252.1-1)" ;;
    *is-active*) exit 0 ;;
    *) exit 1 ;;
esac
"""
INSIDE = """
mount --make-rprivate /
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /var/lib/taploom /etc/taploom
mount -t tmpfs tmpfs /var/lib/taploom
mount -t tmpfs tmpfs /etc/taploom
hostname hypervisor
ip link set lo up
ip link add eth0 type bridge
cd "$BUNDLE"
"$@"
code=$?
find /run /var/lib/taploom /etc/taploom -type f
exit $code
"""


class Place:
    """An unpacked bundle, and the programs that may be used to check it.

    Attributes:
        folder: the folder of the unpacked bundle.
        programs: the only folder in `PATH`.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs = folder, programs

    def unpack(self, files: Mapping[str, File]) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for path, file in files.items():
            where = self.folder / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(file.data)
            where.chmod(file.mode or 0o644)

    def run(self, shell: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Runs `activate`; the output ends with a list of the files that remain afterwards."""
        with_path = ["env", f"PATH={self.programs}", *(self._whole(SHELLS[shell])), "./activate", *arguments]
        return subprocess.run(
            ["unshare", "--mount", "--net", "--uts", "sh", "-uc", INSIDE, "sh", *with_path],
            env={**os.environ, "BUNDLE": str(self.folder), "SSH_CONNECTION": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @staticmethod
    def _whole(argv: list[str]) -> list[str]:
        return [str(shutil.which(argv[0])), *argv[1:]]


@pytest.fixture(scope="module")
def files() -> dict[str, File]:
    plan = seed()
    (found,) = bundles(plan, (host(),), rendered(plan))
    return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in (COREUTILS | OTHERS) - {"systemctl"}:
        found = shutil.which(name)
        if found:
            (programs / name).symlink_to(found)
    (programs / "systemctl").write_text(SYSTEMCTL)
    (programs / "systemctl").chmod(0o755)
    return Place(tmp_path / "bundle", programs)


WHOLE = needs("root", "nft", "ip", "unshare", *(argv[0] for argv in SHELLS.values()))


@pytest.mark.kernel
@WHOLE
@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_accepts_a_valid_bundle_and_leaves_no_file(place: Place, files: dict[str, File], shell: str) -> None:
    place.unpack(files)
    done = place.run(shell, "check")
    assert (done.returncode, done.stdout) == (DONE, ""), done.stderr
    assert "not found" not in done.stderr
    assert "wrong" not in done.stderr


def _changed(files: Mapping[str, File], path: str, change: Callable[[bytes], bytes]) -> dict[str, File]:
    return {**files, path: File(change(files[path].data), files[path].mode)}


def _sealed(files: Mapping[str, File]) -> dict[str, File]:
    """The same files with matching checksums; an attacker can compute checksums, too."""
    others = sorted(set(files) - {"SHA256SUMS"})
    sums = "".join(f"{hashlib.sha256(files[path].data).hexdigest()}  {path}\n" for path in others)
    return {**files, "SHA256SUMS": File(sums.encode(), 0o644)}


def _told(files: Mapping[str, File], old: str, new: str) -> dict[str, File]:
    assert old.encode() in files["activation"].data
    return _sealed(_changed(files, "activation", lambda data: data.replace(old.encode(), new.encode(), 1)))


TAMPERED: dict[str, Callable[[Mapping[str, File]], dict[str, File]]] = {
    "a byte": lambda files: _changed(files, NAMES["rules"], lambda data: data + b"\n"),
    "a missing file": lambda files: {path: files[path] for path in files if path != NAMES["unit"]},
    "an extra file": lambda files: {**files, "etc/systemd/network/09-taploom-x.network": File(b"[Match]\n", 0o644)},
    "a file in a wrong folder": lambda files: _sealed({**files, "etc/taploom-x": File(b"", 0o644)}),
    "a path upwards": lambda files: _changed(
        files, "SHA256SUMS", lambda data: data.replace(b"  etc/taploom/", b"  etc/../etc/taploom/")
    ),
    "a file of the system": lambda files: _sealed(
        _told(
            {**files, "etc/shadow": File(b"", 0o644)},
            "file 0644 etc/systemd",
            "file 0644 etc/shadow\nfile 0644 etc/systemd",
        )
    ),
    "another host": lambda files: _told(files, "host hypervisor", "host other"),
    "another format": lambda files: _told(files, "taploom-activation/1", "taploom-activation/2"),
    "an unknown word": lambda files: _told(files, "serial 0", "serial 0\nrun true"),
    "a device that is a path": lambda files: _told(files, "bridge br-microvm", "bridge ../br-microvm"),
    "a newer systemd": lambda files: _told(files, "systemd 252", "systemd 999"),
    "a missing device": lambda files: _told(files, "uplink eth0", "uplink eth9"),
    "an invalid ruleset": lambda files: _sealed(_changed(files, NAMES["rules"], lambda data: data + b"table {")),
}


@pytest.mark.kernel
@WHOLE
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("how", TAMPERED)
def test_each_shell_refuses_a_tampered_bundle_and_leaves_only_its_lock(
    place: Place, files: dict[str, File], how: str, shell: str
) -> None:
    place.unpack(TAMPERED[how](files))
    done = place.run(shell, "try")
    assert done.returncode == REFUSED, (done.stdout, done.stderr)
    assert re.search("^(wrong|risky): ", done.stderr, re.MULTILINE)
    assert set(done.stdout.split()) == {"/run/taploom.lock", "/run/taploom.lock.pid"}


LINKED = {
    "a link": 'mv "$1" "$1.x" && ln -s /etc/hostname "$1"',
    "a pipe": 'rm "$1" && mkfifo "$1"',
    "a device": 'rm "$1" && mknod "$1" c 1 5',
    "a name of two lines": ': >"$1\nx"',
}
"""Shell commands that replace a file, by the kind of its replacement."""


@pytest.mark.kernel
@WHOLE
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("how", LINKED)
def test_each_shell_refuses_a_file_that_is_not_regular(
    place: Place, files: dict[str, File], how: str, shell: str
) -> None:
    place.unpack(files)
    unit = place.folder / NAMES["unit"]
    subprocess.run(["sh", "-euc", LINKED[how], "sh", unit], check=True)
    done = place.run(shell, "check")
    assert (done.returncode, done.stdout) == (REFUSED, ""), done.stderr


@needs(*(argv[0] for argv in SHELLS.values()))
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("chek",),
        ("try", "--timeout"),
        ("try", "--timeout", "soon"),
        ("try", "--timeout", "2m;id"),
        ("status", "--format", "xml"),
    ],
)
def test_each_shell_prints_the_usage(tmp_path: Path, shell: str, arguments: tuple[str, ...]) -> None:
    (tmp_path / "activate").write_text(text("activate"))
    (tmp_path / "inspect").write_text(text("inspect"))
    done = subprocess.run(
        [*SHELLS[shell], str(tmp_path / "activate"), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == USAGE
    assert "./activate check" in done.stderr
