"""Merges two branches that add guests, with real git and the `.gitattributes` that `taploom init` writes."""

import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom
from tests.support import needs

pytestmark = needs("git")
SITE = """\
taploom: 1
networks:
  lan: {ipv4: 10.0.0.1/29}
  wide: {ipv6: "fd12:3456:789a::1/64"}
hosts:
  hv: {input: foreign, networks: {lan: {}, wide: {}}}
guests:
  first: {host: hv, nics: {wide: {}}}
"""
COLLIDING = ("a0", "a1")
"""Two guest names. Both guests get the same free address of `lan` if each is added on its own branch."""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taploom: Taploom) -> Path:
    """A repository with a site and its lock, as the current folder."""
    monkeypatch.chdir(tmp_path)
    assert taploom("init").status == 0
    (tmp_path / "specs/site.yaml").write_text(SITE)
    taploom("lock")
    taploom("lock", "--prune")
    git("init", "--quiet", "--initial-branch=main")
    commit("a site")
    return tmp_path


def git(*words: str) -> None:
    config = ["-c", "user.name=taploom", "-c", "user.email=taploom@example.org"]
    subprocess.run(["git", *config, *words], check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", message)


def branch(tree: Path, taploom: Taploom, guest: str, network: str) -> set[str]:
    """Creates a branch of main that adds a guest, and returns the lines of its lock."""
    git("checkout", "--quiet", "-b", guest, "main")
    (tree / f"specs/{guest}.yaml").write_text(
        f"taploom: 1\nguests:\n  {guest}: {{host: hv, nics: {{{network}: {{}}}}}}\n"
    )
    assert taploom("lock").status == 0
    commit(guest)
    return lines(tree)


def lines(tree: Path) -> set[str]:
    return set((tree / "specs/taploom.lock").read_text().splitlines())


def test_adjacent_lock_entries_merge_and_keep_their_addresses(tree: Path, taploom: Taploom) -> None:
    ours, theirs = (branch(tree, taploom, guest, "wide") for guest in ("b1", "b2"))
    git("merge", "--quiet", "--no-edit", "b1")
    assert lines(tree) == ours | theirs
    assert taploom("validate").status == 0
    shown = taploom("lock", "--check")
    assert (shown.status, shown.out) in [(0, ""), (3, "")]
    if shown.status:
        assert "taploom.lock: its lines are out of order, as after a merge; `taploom lock` sorts them" in shown.err
    assert taploom("lock").status == 0
    assert lines(tree) == ours | theirs
    assert taploom("lock", "--check").status == 0


def test_lock_check_reports_the_wrong_order_of_a_merged_lock(tree: Path, taploom: Taploom) -> None:
    lock = tree / "specs/taploom.lock"
    head, *entries = lock.read_text().splitlines()
    lock.write_text("\n".join([head, *reversed(entries)]) + "\n")
    shown = taploom("lock", "--check")
    assert (shown.status, shown.out) == (3, "")
    assert "out of order" in shown.err


def test_two_guests_with_one_address_are_named(tree: Path, taploom: Taploom) -> None:
    for guest in COLLIDING:
        branch(tree, taploom, guest, "lan")
    git("merge", "--quiet", "--no-edit", COLLIDING[0])
    shown = taploom("validate")
    assert shown.status == 1
    assert "error[TL303]: `10.0.0.2` is held by guest `a1` and by guest `a0`" in shown.out
    assert shown.err == "specs: 1 error\n"
    assert taploom("lock").status == 1
