"""Hostile YAML: each input ends in a finding with a place, within five seconds and 500 MB.

Each case is read by a new process, whose time and memory the kernel measures.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.source.folders import folder

from taploom.base.diagnostic import Report
from taploom.source.files import load

SECONDS = 5
KILOBYTES = 500_000
MIB = 1 << 20

_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
_DEEP_BY_ALIAS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 80))

TEXTS: dict[str, tuple[str | bytes, str]] = {
    "alias bomb": (_BOMB, "TL123"),
    "alias bomb of mappings": (_BOMB.replace("[", "{k: [").replace("]", "]}"), "TL123"),
    "depth by aliases": (_DEEP_BY_ALIAS, "TL122"),
    "alias of itself": ("a: &a [*a]\n", "TL121"),
    "alias of nothing": ("a: *b\n", "TL121"),
    "100,000 brackets": ("a: " + "[" * 100_000, "TL122"),
    "100,000 brackets, closed": ("a: " + "[" * 100_000 + "]" * 100_000, "TL122"),
    "100,000 braces": ("a: " + "{b: " * 100_000, "TL122"),
    "100,000 dashes": ("a:\n  " + "- " * 100_000, "TL122"),
    "1,000 indented keys": ("".join(" " * n + "a:\n" for n in range(1_000)), "TL122"),
    "50 MB file": (b"a: b\n" * (10 * MIB), "TL105"),
    "8 MB of brackets": ("[" * (8 * MIB - 1), "TL122"),
    "8 MB of keys": ("".join(f"k{n}: \n" for n in range(800_000)), "TL123"),
    "8 MB of one line": ("a: " + "b" * (8 * MIB - 10) + "\n- c", "TL110"),
    "8 MB of one line in quotes": ('a: "' + "b" * (8 * MIB - 10), "TL113"),
    "8 MB of comments": ("# c\n" * (2 * MIB - 10), "TL114"),
    "8 MB of line breaks": ("\n" * (8 * MIB - 10), "TL114"),
    "8 MB of blanks": (" " * (8 * MIB - 10), "TL114"),
    "8 MB of NULs": (b"\0" * (8 * MIB - 10), "TL107"),
    "100,000 anchors": ("".join(f"- &a{n}\n" for n in range(100_000)), "TL115"),
    "1 MB of a key": ("a" * MIB + ": b\n", "TL110"),
    "1 MB of a tag": ("a: !" + "a" * MIB + " b\n", "TL117"),
    "1 MB of an anchor": ("a: &" + "a" * MIB + " b: c\n", "TL111"),
    "1 MB of a directive": ("%" + "a" * MIB + "\n---\n", "TL124"),
    "100,000 keys, each twice": ("".join(f"k{n % 50_000}: a\n" for n in range(100_000)), "TL120"),
    "100,000 tags": ("".join(f"k{n}: !t a\n" for n in range(100_000)), "TL125"),
    "100,000 documents": ("--- {}\n" * 100_000, "TL116"),
    "NUL": ("a: b\0c\n", "TL107"),
    "NUL by an escape": ('a: "\\0"\n', "TL107"),
    "terminal escape by an escape": ('a: "\\e[2J"\n', "TL107"),
    "line separator": ("a: b\u2028c: d\n", "TL107"),
    "right-to-left override": ("a: b # \u202e\n", "TL107"),
    "byte order mark inside": ("a: b\ufeff\n", "TL107"),
    "bell, backspace, delete": ("a: \x07\x08\x7f\n", "TL107"),
    "tab": ("a:\n\tb: c\n", "TL112"),
    "latin-1": (b"a: \xe4\n", "TL106"),
    "UTF-16": ("a: b\n".encode("utf-16"), "TL106"),
    "UTF-32": ("a: b\n".encode("utf-32"), "TL106"),
    "overlong UTF-8": (b"a: \xc0\xaf\n", "TL106"),
    "surrogate": (b"a: \xed\xa0\x80\n", "TL106"),
    "binary": (bytes(range(256)) * 4096, "TL106"),
    "empty": ("", "TL114"),
    "comments alone": ("# a\n# b\n", "TL114"),
    "null": ("~\n", "TL115"),
    "python object": ("a: !!python/object/apply:os.system [id]\n", "TL117"),
    "binary tag": ("a: !!binary AAAA\n", "TL117"),
    "merge key": ("a: {<<: {b: c}}\n", "TL118"),
    "merge bomb": ("a: &a {b: c}\n" + "d: {<<: [" + "*a, " * 100_000 + "]}\n", "TL118"),
    "mapping as a key": ("{a: b}: c\n", "TL119"),
    "alias of a list as a key": ("a: &a [b]\n*a : c\n", "TL119"),
    "duplicate across nesting": ("a: {b: {c: 1, c: 2}}\n", "TL120"),
    "duplicate by quotes": ("a: 1\n'a': 2\n\"\\x61\": 3\n", "TL120"),
    "unclosed": ("a: {b: [c\n", "TL113"),
    "address without quotes": ("a: {b: fd00::}\n", "TL111"),
    "YAML 1.1 directive": ("%YAML 1.1\n--- {a: b}\n", "TL124"),
    "tag directive": ("%TAG ! tag:x,2000:\n--- {a: b}\n", "TL124"),
}


_READER = f"""
import resource, sys
from pathlib import Path
from taploom.base.diagnostic import Report
from taploom.source.files import load
resource.setrlimit(resource.RLIMIT_CPU, ({4 * SECONDS}, {4 * SECONDS}))
report = Report()
load(Path(sys.argv[1]), report)
for found in report.sorted()[:200]:
    print(found.code, found.span)
"""


def _apart(specs: Path) -> tuple[list[str], float, int]:
    """The codes and places of the findings of `load` in a new process, with the process's CPU time and memory in kB.

    A forked child would start with this process's memory and threads, so a new interpreter is started.
    """
    with subprocess.Popen([sys.executable, "-c", _READER, specs], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        found = child.stdout.read().splitlines()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"the reader died with status {child.returncode}"
    return found, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def _bounded(specs: Path, code: str) -> None:
    found, seconds, kilobytes = _apart(specs)
    assert code in {line.split()[0] for line in found}, found
    assert all(":" in line for line in found)
    assert seconds < SECONDS
    assert kilobytes < KILOBYTES


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text(name: str, tmp_path: Path) -> None:
    content, code = TEXTS[name]
    _bounded(folder(tmp_path, {"a.yaml": content}), code)


def _sparse(at: Path) -> None:
    with (at / "b.yaml").open("wb") as file:
        file.truncate(10 << 30)


def _many_large(at: Path) -> None:
    for n in range(20):
        (at / f"{n:02}.yaml").write_text("a: [" + "b," * (4 * MIB - 10) + "]")


def _many_bombs(at: Path) -> None:
    for n in range(10):
        (at / f"{n}.yaml").write_text(f"l{n}: [" + "b," * 100_000 + "]")


def _many_broken(at: Path) -> None:
    for n in range(2_000):
        (at / f"{n:04}.yaml").write_text("a: [")


def _deep_folders(at: Path) -> None:
    for _ in range(200):
        at = at / "d"
        at.mkdir()
    (at / "b.yaml").write_text("a: [")


FOLDERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "10 GB": (_sparse, "TL105"),
    "160 MB together": (_many_large, "TL105"),
    "a million values together": (_many_bombs, "TL123"),
    "2,000 broken files": (_many_broken, "TL113"),
    "200 folders deep": (_deep_folders, "TL113"),
    "pipe": (lambda at: os.mkfifo(at / "b.yaml"), "TL102"),
    "folder": (lambda at: (at / "b.yaml").mkdir(), "TL102"),
    "link to itself": (lambda at: (at / "b.yaml").symlink_to("b.yaml"), "TL104"),
    "link to its folder": (lambda at: (at / "b").symlink_to("."), "TL104"),
    "link out": (lambda at: (at / "b.yaml").symlink_to("/etc/passwd"), "TL104"),
    "link to zeros": (lambda at: (at / "b.yaml").symlink_to("/dev/zero"), "TL104"),
    "line break in a name": (lambda at: (at / "b\n.yaml").write_text(""), "TL108"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_hostile_folder(name: str, tmp_path: Path) -> None:
    make, code = FOLDERS[name]
    specs = folder(tmp_path, {"a.yaml": "taploom: 1\n"})
    make(specs)
    _bounded(specs, code)


def _seconds(tmp_path: Path, guests: int) -> float:
    """CPU time to read a valid site with this many guests and as many policy entries; the shortest of three runs."""
    spec = "".join(
        f"  g{n}: {{host: h{n % 50}, nics: {{lan: {{ipv4: 10.0.{n >> 8 & 255}.{n & 255}, ipv6: fd00::{n:x}}}}}}}\n"
        for n in range(guests)
    )
    policy = "".join(
        f"  p{n}: {{from: g{n}, to: internet, allow: [https, tcp/{n % 999 + 1}]}}\n" for n in range(guests)
    )
    specs = folder(tmp_path / str(guests), {"a.yaml": f"taploom: 1\nguests:\n{spec}policy:\n{policy}"})
    return min(_read(specs) for _ in range(3))


def _read(specs: Path) -> float:
    report = Report()
    started = time.process_time()
    source = load(specs, report)
    seconds = time.process_time() - started
    assert not report.diagnostics
    assert source.files[0].root is not None
    assert len(source.files[0].root.pairs) == 3
    return seconds


def test_reading_time_grows_in_proportion_to_the_input(tmp_path: Path) -> None:
    assert _seconds(tmp_path, 8_000) < 2 * 8 * _seconds(tmp_path, 1_000)
