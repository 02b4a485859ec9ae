"""Mistyped command lines: no command fails with an internal error, and each names the correct form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom


@pytest.fixture(autouse=True)
def things(locked: Path) -> None:
    """Files in the site's folder that are not specs: an empty file, binary data, a looping link, a pipe, folders."""
    (locked / "empty").touch()
    (locked / "bin").write_bytes(b"\xff\xfe\x00")
    (locked / "loop").symlink_to("loop")
    os.mkfifo(locked / "pipe")
    (locked / "dirlock").mkdir()
    (locked / "dirlock/site.yaml").write_text("taploom: 1\n")
    (locked / "dirlock/taploom.lock").mkdir()
    (locked / "plan.md").write_text("<!-- taploom:plan v1 key=default plan=sha256:aa -->\nfirst\n")


WRONG: dict[str, tuple[int, str]] = {
    "comment empty": (64, "empty: this is no output of `taploom plan --format md`"),
    "comment specs": (64, "'specs': Is a directory"),
    "fmt specs": (64, "specs is a folder: name its files, or write --specs specs for all of its specs.\n"),
    "fmt pipe": (1, "this is a pipe, a socket or a device, not a file"),
    "fmt loop": (64, "'loop' does not exist"),
    "fmt --specs loop": (1, "`loop` does not exist"),
    "lock --specs loop": (1, "`loop` does not exist"),
    "lock --specs dirlock": (1, "dirlock/taploom.lock:1:1: error[TL102]: this is a folder, not a file"),
    "export hypervisr": (64, "The site has no host 'hypervisr'. Did you mean 'hypervisor'?\n"),
    "export hypervisor -o empty": (1, "cannot write `empty`: Not a directory"),
    "export hypervisor -o loop/x.tar": (1, "loop/x.tar`: Too many levels of symbolic links"),
    "render --out empty": (1, "cannot write `empty`: Not a directory"),
    "explain 203": (64, "There is no '203' here. Did you mean 'TL203'?\n"),
    "explain NL203": (64, "Did you mean 'TL203'?\n"),
    "explain nobody": (64, "`explain` takes a code such as TL203, an object such as host/NAME, or FILE:LINE.\n"),
    "explain specs/seed.yaml": (64, "Name a line of the file, as in specs/seed.yaml:1.\n"),
    "explain loop:1": (1, "`loop` is neither a rendered file nor a spec\n"),
    "graph internet": (64, "There is no 'internet' to draw. `graph` draws site, policy, host/NAME and guest/NAME.\n"),
    "graph -o loop": (1, "loop`: Too many levels of symbolic links"),
    "plan ./no": (64, "`./no` is no folder of specs; /dev/null stands for a site that does not exist.\n"),
    "plan ./specs ./empty": (64, "`./empty` is no folder of specs"),
    "plan ./loop": (64, "`./loop` is no folder of specs"),
    "plan no.json": (64, "no.json cannot be read: No such file or directory.\n"),
    "plan ./specs ./specs --out loop": (1, "loop`: Too many levels of symbolic links"),
    "reach --matrix --guests nobody*": (64, "No guest has a name like 'nobody*'.\n"),
    "reach --matrix any any": (64, "--matrix takes neither FROM nor TO"),
    "reach --guests x any any": (64, "--guests goes with --matrix.\n"),
    "reach any HYPERVISOR": (64, "the site has no `HYPERVISOR`: did you mean `hypervisor`?\n"),
    "reach office.example.org any": (64, "taploom does not resolve DNS names; give an address or a prefix.\n"),
    "reach any any ip/5": (64, "`ip/5` is not a service: such as `tcp/443`, `udp/5000-5010` or a service's name.\n"),
    "reach qqq any": (64, "the site has no `qqq`: `taploom graph` shows the objects of the site.\n"),
    "schema x": (64, "'x' is not one of 'language', 'plan', 'diagnostics', 'diff'"),
    "lab down x": (64, "there is no lab `x`"),
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_line_names_the_correct_form(line: str, taploom: Taploom) -> None:
    status, words = WRONG[line]
    told = taploom(*line.split())
    assert told.status == status, told
    assert words in told.err
    assert "internal error" not in told.err


def test_the_printed_cd_command_of_init_works(taploom: Taploom) -> None:
    """A plain `cd -` would lead to the previous folder."""
    assert "Next: cd ./- && taploom validate" in taploom("init", "-").err


def test_a_job_whose_event_cannot_be_read(taploom: Taploom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_CI", raising=False)
    for name, value in (("ACTIONS", "true"), ("EVENT_PATH", "specs"), ("REPOSITORY", "a/b"), ("TOKEN", "x")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    told = taploom("comment", "plan.md")
    assert (told.status, told.err) == (1, "No comment: GITHUB_EVENT_PATH cannot be read: Is a directory.\n")


def test_a_code_with_the_former_prefix_is_corrected(locked: Path, taploom: Taploom) -> None:
    (locked / "specs/more.yaml").write_text(
        "taploom: 1\nwaivers: {old: {code: NL611, on: network/microvm, reason: so be it}}\n"
    )
    assert "help: write `TL611`" in taploom("validate").out
