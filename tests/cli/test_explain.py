"""`netloom explain`: codes, objects, and lines in both directions."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import SEED, Netloom

from netloom.cli.compiling import source_line
from netloom.driver import compile_site, rendered
from netloom.report.catalogue import rules
from netloom.report.explained import object_text
from netloom.report.objects import describe, names_of


@pytest.fixture
def tree(locked: Path, netloom: Netloom) -> Path:
    """The seed, rendered."""
    assert netloom("render").status == 0
    return locked / "build/plan"


def test_every_code_is_explained_in_each_form(netloom: Netloom) -> None:
    listed = netloom("explain").out.splitlines()
    assert [line.split()[0] for line in listed] == [rule.code for rule in rules()]
    for rule in rules():
        text = netloom("explain", rule.code.lower())
        assert text.status == 0
        assert text.out.startswith(f"{rule.code} {rule.name} ({rule.severity.value})\n")
        assert all(len(line) <= 120 for line in text.out.splitlines())
    code = rules()[0].code
    assert netloom("explain", code, "--format", "md").out.startswith(f"## {code} ")
    assert json.loads(netloom("explain", code, "--format", "json").out)["code"] == code


def test_codes_and_names_are_given_once() -> None:
    assert len({rule.code for rule in rules()}) == len({rule.name for rule in rules()}) == len(rules())
    assert all(rule.code[:2] == "NL" and rule.code[2:].isdigit() and len(rule.code) == 5 for rule in rules())


@pytest.mark.parametrize("what", ["NL000", "guest/nobody", "nothing"])
def test_what_is_not_there_is_usage(locked: Path, netloom: Netloom, what: str) -> None:
    shown = netloom("explain", what)
    assert (shown.status, shown.out) == (64, "")


def test_an_object_is_told_with_place_and_lines(locked: Path, netloom: Netloom) -> None:
    shown = netloom("explain", "forward/http").out
    assert "from specs/seed.yaml:20:3: forwards.http" in shown
    assert "20 |   http: {on: hypervisor, ports: tcp/80, to: http-reverse-proxy, from: any}" in shown
    assert "tcp/80 becomes 10.0.0.10:80 on microvm" in shown
    assert "hosts/hypervisor/nftables/netloom.nft\n" in shown
    assert netloom("explain", "http").out == shown  # a bare name that one object has


@pytest.mark.parametrize(
    "name", ["guest/http-reverse-proxy", "network/microvm", "host/hypervisor", "policy/admin", "zone/internet"]
)
def test_every_kind_of_object_causes_lines_that_are_there(tree: Path, netloom: Netloom, name: str) -> None:
    told = json.loads(netloom("explain", name, "--format", "json").out)
    assert told["object"] == name
    assert told["facts"]
    if not name.startswith("zone/"):
        assert told["lines"]
    for line in told["lines"]:
        assert (tree / line["path"]).read_text().split("\n")[line["line"] - 1] == line["text"]


def test_a_rendered_line_leads_back_to_its_spec(tree: Path, netloom: Netloom) -> None:
    """Each line that has an origin names the entry at that place, whichever way its path is given."""
    told = json.loads(netloom("explain", "forward/http", "--format", "json").out)["lines"][0]
    for path in (f"build/plan/{told['path']}", told["path"], str(tree / told["path"])):
        back = json.loads(netloom("explain", f"{path}:{told['line']}", "--format", "json").out)
        assert back["object"] == "forward/http"
        assert back["text"] == told["text"]
        place = back["origin"]["place"]
        assert SEED.splitlines()[place["line"] - 1].startswith("  http: ")
    text = netloom("explain", f"{told['path']}:{told['line']}:7").out
    assert "from specs/seed.yaml:20:3: forwards.http" in text
    assert "more: netloom explain forward/http" in text


def test_a_line_of_a_spec_leads_to_what_it_causes(locked: Path, netloom: Netloom) -> None:
    shown = netloom("explain", "specs/seed.yaml:20").out
    assert "netloom.nft" in shown
    assert "forwards.https" not in shown


BLOCK = """\
netloom: 1

networks:
  lan:
    # the host's own
    ipv4: 10.0.0.1/24
    dhcp: {pool: 10.0.0.9-20,
      lease: 2h}
hosts:
  hv: {input: foreign, networks: {lan: {}}}
"""


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (2, ""),
        (3, ""),
        (4, "networks.lan"),
        (5, ""),
        (6, "networks.lan"),
        (8, "networks.lan"),
        (10, "hosts.hv"),
    ],
)
def test_a_line_within_an_entry_leads_to_what_the_entry_causes(
    locked: Path, netloom: Netloom, line: int, entry: str
) -> None:
    (locked / "specs/seed.yaml").write_text(BLOCK)
    (locked / "specs/netloom.lock").unlink()
    shown = netloom("explain", f"specs/seed.yaml:{line}").out
    assert (f": {entry} (pass " in shown) is bool(entry)
    assert ("hosts/hv/networkd/06-netloom-br-lan.network" in shown) is bool(entry)
    assert ("It causes no line of its own." in shown) is not bool(entry)
    assert "\n\n\n" not in shown
    assert netloom("explain", str(locked / f"specs/seed.yaml:{line}")).out == shown


def test_a_line_behind_the_end_of_a_spec(locked: Path, netloom: Netloom) -> None:
    (locked / "specs/seed.yaml").write_text(BLOCK)
    shown = netloom("explain", "specs/seed.yaml:11")
    assert (shown.status, shown.out) == (1, "")
    assert "specs/seed.yaml has 10 lines" in shown.err


def test_a_file_as_the_host_has_it(tree: Path, netloom: Netloom) -> None:
    told = json.loads(netloom("explain", "/etc/netloom/netloom.nft:30", "--format", "json").out)
    assert told["path"] == "hosts/hypervisor/nftables/netloom.nft"
    (tree.parents[1] / "specs/more.yaml").write_text("netloom: 1\nhosts:\n  other: {input: foreign}\n")
    shown = netloom("explain", "/etc/netloom/netloom.nft:30")
    assert shown.status == 1
    assert shown.err.endswith("hosts/hypervisor/nftables/netloom.nft, hosts/other/nftables/netloom.nft\n")


def test_a_line_of_the_lock_is_about_a_guest(locked: Path, netloom: Netloom) -> None:
    lock = locked / "specs/netloom.lock"
    about = lock.read_text().splitlines()[1].partition(" ")[0]
    assert netloom("explain", "specs/netloom.lock:2").out == netloom("explain", about).out
    assert netloom("explain", "specs/netloom.lock:1").status == 1
    lock.write_text(lock.read_text() + "guest/gone microvm ipv4 10.0.0.77 freed\n")
    shown = netloom("explain", f"specs/netloom.lock:{len(lock.read_text().splitlines())}")
    assert (shown.status, shown.out) == (0, "")
    assert "guest/gone is gone from there" in shown.err


def test_a_line_that_is_not_there(locked: Path, netloom: Netloom) -> None:
    assert netloom("explain", "hosts/hypervisor/nftables/netloom.nft:99999").status == 1
    shown = netloom("explain", "README.md:3")
    assert shown.status == 1
    assert "neither a rendered file nor a spec" in shown.err


def test_a_line_of_a_stale_tree_is_said_to_be(tree: Path, netloom: Netloom) -> None:
    path = "build/plan/hosts/hypervisor/sysctl/60-netloom.conf"
    assert "stale" not in netloom("explain", f"{path}:1").err
    (tree.parents[1] / path).write_text("mine\n")
    shown = netloom("explain", f"{path}:1")
    assert shown.err == f"{path} is stale: what it says there is not what these specs render\n"


def test_every_kind_of_object_of_the_example_is_told(netloom: Netloom, monkeypatch: pytest.MonkeyPatch) -> None:
    """All kinds, each with facts, and each with a place in the specs that begins with its name."""
    monkeypatch.chdir(Path(__file__).parents[2])
    site = compile_site(Path("specs"), now=0)
    artifacts, line = rendered(site.plan), source_line(site.source)
    names = names_of(site.plan, artifacts)
    assert {name.partition("/")[0] for name in names} == {
        "address", "forward", "guest", "host", "implied", "network", "policy", "service", "waiver", "zone",
    }  # fmt: skip
    kinds = {name.partition("/")[0]: name for name in names}  # the last of each kind, and the first few of all
    for name in {*kinds.values(), *names[:8]}:
        told = describe(site.plan, artifacts, name)
        assert told is not None, name
        assert object_text(told, line).startswith(f"{name}\n")
        assert told.facts or name.startswith(("implied/", "zone/")), name
        if told.origin.span and not name.startswith(("implied/", "zone/")):
            text = line(told.origin.span.file, told.origin.span.line) or ""
            assert text[told.origin.span.column - 1 :].startswith(name.partition("/")[2]), name
