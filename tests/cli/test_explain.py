"""`taploom explain` for codes, objects, and lines of specs and rendered files."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import SEED, Taploom

from taploom.cli.compiling import source_line
from taploom.driver import compile_site, rendered
from taploom.report.catalogue import diagnostic_rules
from taploom.report.explained import object_text
from taploom.report.objects import describe, names_of


@pytest.fixture
def tree(locked: Path, taploom: Taploom) -> Path:
    """The rendered tree of the seed."""
    assert taploom("render").status == 0
    return locked / "build/plan"


def test_every_code_is_explained_in_each_form(taploom: Taploom) -> None:
    listed = taploom("explain").out.splitlines()
    assert [line.split()[0] for line in listed] == [rule.code for rule in diagnostic_rules()]
    for rule in diagnostic_rules():
        text = taploom("explain", rule.code.lower())
        assert text.status == 0
        assert text.out.startswith(f"{rule.code} {rule.name} ({rule.severity.value})\n")
        assert all(len(line) <= 120 for line in text.out.splitlines())
    code = diagnostic_rules()[0].code
    assert taploom("explain", code, "--format", "md").out.startswith(f"## {code} ")
    assert json.loads(taploom("explain", code, "--format", "json").out)["code"] == code


def test_codes_and_names_of_diagnostics_are_unique() -> None:
    assert (
        len({rule.code for rule in diagnostic_rules()})
        == len({rule.name for rule in diagnostic_rules()})
        == len(diagnostic_rules())
    )
    assert all(rule.code[:2] == "TL" and rule.code[2:].isdigit() and len(rule.code) == 5 for rule in diagnostic_rules())


@pytest.mark.parametrize("what", ["TL000", "guest/nobody", "nothing"])
def test_an_unknown_name_is_a_usage_error(locked: Path, taploom: Taploom, what: str) -> None:
    shown = taploom("explain", what)
    assert (shown.status, shown.out) == (64, "")


def test_an_object_is_shown_with_its_place_and_rendered_lines(locked: Path, taploom: Taploom) -> None:
    shown = taploom("explain", "forward/http").out
    assert "from specs/seed.yaml:20:3: forwards.http" in shown
    assert "20 |   http: {on: hypervisor, ports: tcp/80, to: http-reverse-proxy, from: any}" in shown
    assert "tcp/80 becomes 10.0.0.10:80 on microvm" in shown
    assert "hosts/hypervisor/nftables/taploom.nft\n" in shown
    assert taploom("explain", "http").out == shown  # a bare name works if it is unique


@pytest.mark.parametrize(
    "name", ["guest/http-reverse-proxy", "network/microvm", "host/hypervisor", "policy/admin", "zone/internet"]
)
def test_rendered_lines_of_every_kind_of_object_exist(tree: Path, taploom: Taploom, name: str) -> None:
    told = json.loads(taploom("explain", name, "--format", "json").out)
    assert told["object"] == name
    assert told["facts"]
    if not name.startswith("zone/"):
        assert told["lines"]
    for line in told["lines"]:
        assert (tree / line["path"]).read_text().split("\n")[line["line"] - 1] == line["text"]


def test_a_rendered_line_leads_back_to_its_spec(tree: Path, taploom: Taploom) -> None:
    """`explain FILE:LINE` names the spec entry that caused the line, for each way to write the path."""
    told = json.loads(taploom("explain", "forward/http", "--format", "json").out)["lines"][0]
    for path in (f"build/plan/{told['path']}", told["path"], str(tree / told["path"])):
        back = json.loads(taploom("explain", f"{path}:{told['line']}", "--format", "json").out)
        assert back["object"] == "forward/http"
        assert back["text"] == told["text"]
        place = back["origin"]["place"]
        assert SEED.splitlines()[place["line"] - 1].startswith("  http: ")
    text = taploom("explain", f"{told['path']}:{told['line']}:7").out
    assert "from specs/seed.yaml:20:3: forwards.http" in text
    assert "more: taploom explain forward/http" in text


def test_a_line_of_a_spec_leads_to_its_rendered_lines(locked: Path, taploom: Taploom) -> None:
    shown = taploom("explain", "specs/seed.yaml:20").out
    assert "taploom.nft" in shown
    assert "forwards.https" not in shown


BLOCK = """\
taploom: 1

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
def test_a_line_within_an_entry_leads_to_the_rendered_lines_of_the_entry(
    locked: Path, taploom: Taploom, line: int, entry: str
) -> None:
    (locked / "specs/seed.yaml").write_text(BLOCK)
    (locked / "specs/taploom.lock").unlink()
    shown = taploom("explain", f"specs/seed.yaml:{line}").out
    assert (f": {entry} (pass " in shown) is bool(entry)
    assert ("hosts/hv/networkd/06-taploom-br-lan.network" in shown) is bool(entry)
    assert ("It causes no line of its own." in shown) is not bool(entry)
    assert "\n\n\n" not in shown
    assert taploom("explain", str(locked / f"specs/seed.yaml:{line}")).out == shown


def test_a_line_beyond_the_end_of_a_spec_is_an_error(locked: Path, taploom: Taploom) -> None:
    (locked / "specs/seed.yaml").write_text(BLOCK)
    shown = taploom("explain", "specs/seed.yaml:11")
    assert (shown.status, shown.out) == (1, "")
    assert "specs/seed.yaml has 10 lines" in shown.err


def test_a_path_on_the_host_leads_to_the_rendered_file(tree: Path, taploom: Taploom) -> None:
    told = json.loads(taploom("explain", "/etc/taploom/taploom.nft:30", "--format", "json").out)
    assert told["path"] == "hosts/hypervisor/nftables/taploom.nft"
    (tree.parents[1] / "specs/more.yaml").write_text("taploom: 1\nhosts:\n  other: {input: foreign}\n")
    shown = taploom("explain", "/etc/taploom/taploom.nft:30")
    assert shown.status == 1
    assert shown.err.endswith("hosts/hypervisor/nftables/taploom.nft, hosts/other/nftables/taploom.nft\n")


def test_a_line_of_the_lock_leads_to_its_guest(locked: Path, taploom: Taploom) -> None:
    lock = locked / "specs/taploom.lock"
    about = lock.read_text().splitlines()[1].partition(" ")[0]
    assert taploom("explain", "specs/taploom.lock:2").out == taploom("explain", about).out
    assert taploom("explain", "specs/taploom.lock:1").status == 1
    lock.write_text(lock.read_text() + "guest/gone microvm ipv4 10.0.0.77 freed\n")
    shown = taploom("explain", f"specs/taploom.lock:{len(lock.read_text().splitlines())}")
    assert (shown.status, shown.out) == (0, "")
    assert "guest/gone no longer exists" in shown.err


def test_a_line_that_does_not_exist_is_an_error(locked: Path, taploom: Taploom) -> None:
    assert taploom("explain", "hosts/hypervisor/nftables/taploom.nft:99999").status == 1
    shown = taploom("explain", "README.md:3")
    assert shown.status == 1
    assert "neither a rendered file nor a spec" in shown.err


def test_a_line_of_a_stale_tree_has_a_warning(tree: Path, taploom: Taploom) -> None:
    path = "build/plan/hosts/hypervisor/sysctl/60-taploom.conf"
    assert "stale" not in taploom("explain", f"{path}:1").err
    (tree.parents[1] / path).write_text("mine\n")
    shown = taploom("explain", f"{path}:1")
    assert shown.err == f"{path} is stale: its line 1 is not what these specs render\n"


def test_every_kind_of_object_of_the_example_is_described(taploom: Taploom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each object has facts, and its place in the specs begins with its name."""
    monkeypatch.chdir(Path(__file__).parents[2])
    site = compile_site(Path("specs"), now=0)
    artifacts, line = rendered(site.plan), source_line(site.source)
    names = names_of(site.plan, artifacts)
    assert {name.partition("/")[0] for name in names} == {
        "address", "forward", "guest", "host", "implied", "network", "policy", "service", "waiver", "zone",
    }  # fmt: skip
    kinds = {name.partition("/")[0]: name for name in names}  # one object of each kind
    for name in {*kinds.values(), *names[:8]}:
        told = describe(site.plan, artifacts, name)
        assert told is not None, name
        assert object_text(told, line).startswith(f"{name}\n")
        assert told.facts or name.startswith(("implied/", "zone/")), name
        if told.origin.span and not name.startswith(("implied/", "zone/")):
            text = line(told.origin.span.file, told.origin.span.line) or ""
            assert text[told.origin.span.column - 1 :].startswith(name.partition("/")[2]), name
