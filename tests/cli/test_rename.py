"""`taploom rename`: all references to an object follow, and nothing else changes."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from tests.cli.conftest import Taploom

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "zone": "zones", "network": "networks", "host": "hosts", "guest": "guests", "forward": "forwards",
    "policy": "policy", "address": "addresses", "service": "services", "waiver": "waivers",
}  # fmt: skip


def _defined(specs: Path) -> list[tuple[str, str]]:
    """The kind and the name of every object that the specs define; PyYAML reads the specs."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(specs.rglob("*.yaml"))]
    found = [(kind, name) for file in files for kind, section in KINDS.items() for name in file.get(section) or ()]
    tags = {
        (("tag", tag))
        for file in files
        for section in KINDS.values()
        for entry in (file.get(section) or {}).values()
        if isinstance(entry, dict)
        for tag in entry.get("tags") or ()
    }
    hosts = [host for file in files for host in (file.get("hosts") or {}).values()]
    zones = {("zone", uplink["zone"]) for host in hosts for uplink in host["uplinks"].values()}
    networks = {name for kind, name in found if kind == "network"}
    return sorted({*found, *tags, *zones} - {("zone", name) for name in networks})


EXAMPLE = _defined(ROOT / "specs")


def _texts(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of this repository's specs in the current folder."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "specs"


@pytest.mark.parametrize("kind", [*KINDS, "tag"])
def test_renaming_back_restores_the_specs(example: Path, taploom: Taploom, kind: str) -> None:
    before = _texts(example)
    names = [name for one, name in EXAMPLE if one == kind]
    for name in sorted({names[0], names[len(names) // 2], names[-1]}):
        assert taploom("rename", f"{kind}/{name}", "another").status == 0
        assert (kind, "another") in _defined(example)
        assert (kind, name) not in _defined(example)
        assert taploom("rename", f"{kind}/another", name).status == 0
    after = _texts(example)
    for path, text in before.items():
        assert _comments(after[path]) == _comments(text)
        assert _plain(yaml.load(after[path], yaml.BaseLoader)) == _plain(yaml.load(text, yaml.BaseLoader))
    assert after["taploom.lock"] == before["taploom.lock"]


def _comments(text: str) -> list[str]:
    return re.findall(r"(?:^| )(#.*)", text, re.MULTILINE)


def _plain(file: object) -> object:
    """A parsed spec with all shorthands expanded: an entry keeps its long form after a key is added and removed."""
    shorthands = {"addresses": "prefixes", "services": "ports"}
    plain = dict(file) if isinstance(file, dict) else {}
    for section in plain.keys() & shorthands.keys():
        entries = plain[section].items()
        plain[section] = {k: v if isinstance(v, dict) else {shorthands[section]: v} for k, v in entries}
    return plain or file


@pytest.mark.parametrize("what", ["network/shop", "host/maple", "guest/checkout", "forward/calls", "policy/web-out"])
def test_a_plan_shows_one_move(example: Path, taploom: Taploom, what: str) -> None:
    kind, _, name = what.partition("/")
    assert (kind, name) in EXAMPLE
    shutil.copytree(example, example.parent / "before")
    assert taploom("rename", what, "another").status == 0
    plan = json.loads(taploom("plan", "./before", "./specs", "--format", "json").out)
    assert plan["summary"] == {"add": 0, "change": 1, "remove": 0}
    renamed = [(one["was"], one["object"]) for one in plan["objects"] if one["action"] == "rename"]
    assert renamed == [(what, f"{kind}/another")]


OWN = """\
taploom: 1
# the site
site:
  gates:
    waive: {exposure-owner/forward/web: "everybody may read it"}  # for now
addresses:
  office: [198.51.100.0/24]  # the old one
services: {metrics: tcp/9100, more: [metrics, tcp/9101]}
networks:
  lan:
    ipv4: 10.0.0.1/24
    # ends with a note

  # the other
  dmz: {ipv4: 10.1.0.1/24}
hosts:
  hv:
    uplinks: {eth0: {zone: internet, ipv4: 192.0.2.2/24}}
    networks: {lan: , dmz: {taps: vm-*}}  # both
    management: [metrics]
guests:
  web: &guest {host: hv, nics: {lan: {ipv4: 10.0.0.10}}}
forwards:
  web: {on: hv/eth0, ports: tcp/443, to: guest/web, from: address/office}
policy:
  a: {from: "office", to: host/hv, allow: [more, metrics]}
  b: {from: [lan, zone/lan, network/lan], to: "dmz", allow: any}
waivers:
  w: {code: TL604, on: [forward/web, network/lan], reason: "this is as it should be"}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taploom: Taploom) -> Path:
    """A site with syntax that makes edits difficult: comments, anchors, quotes, null entries."""
    (tmp_path / "specs").mkdir()
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / "specs/site.yaml"
    spec.write_text(OWN, encoding="utf-8")
    assert taploom("lock").status == 0, taploom("validate").err
    return spec


def _line(spec: Path, start: str) -> str:
    lines = [line.strip() for line in spec.read_text(encoding="utf-8").splitlines()]
    return next(line for line in lines if line.startswith(start))


def test_all_references_to_a_network_follow(own: Path, taploom: Taploom) -> None:
    done = taploom("rename", "network/lan", "home")
    assert (done.status, done.err) == (
        0,
        "renamed in specs/site.yaml: 7 places\nrenamed in specs/taploom.lock: its entries\n",
    )
    assert _line(own, "networks: {") == "networks: {home: , dmz: {taps: vm-*}}  # both"
    assert _line(own, "web: &guest") == "web: &guest {host: hv, nics: {home: {ipv4: 10.0.0.10}}}"
    assert _line(own, "b:") == 'b: {from: [home, zone/home, network/home], to: "dmz", allow: any}'
    assert "on: [forward/web, network/home]" in _line(own, "w:")
    text = own.read_text(encoding="utf-8")
    assert "  home:\n    moved-from: lan\n    ipv4: 10.0.0.1/24\n    # ends with a note\n\n  # the other\n" in text
    assert (own.parent / "taploom.lock").read_text().splitlines()[1].startswith("guest/web home mac ")


def test_names_inside_longer_texts_follow(own: Path, taploom: Taploom) -> None:
    names = {
        "forward/web": "site",
        "guest/web": "www",
        "host/hv": "box",
        "service/metrics": "m",
        "address/office": "hq",
    }
    for what, name in names.items():
        assert taploom("rename", what, name).status == 0
    assert _line(own, "waive:") == 'waive: {exposure-owner/forward/site: "everybody may read it"}  # for now'
    forward = "site: {on: box/eth0, ports: tcp/443, to: guest/www, from: address/hq, moved-from: web}"
    assert _line(own, "site: {on") == forward
    assert _line(own, "hq:") == "hq: {prefixes: [198.51.100.0/24], moved-from: office}  # the old one"
    assert _line(own, "services:") == "services: {m: {ports: tcp/9100, moved-from: metrics}, more: [m, tcp/9101]}"
    assert _line(own, "a:") == 'a: {from: "hq", to: host/box, allow: [more, m]}'
    assert _line(own, "management:") == "management: [m]"
    assert taploom("validate", "--format", "concise").out.count("error") == 0


@pytest.mark.parametrize(
    ("what", "name", "said"),
    [
        ("lan", "home", "'lan' names no object. Write KIND/OLD: address, forward,"),
        ("netwrk/lan", "home", "'netwrk/lan' names no object. Did you mean 'network/lan'?"),
        ("network/lam", "home", "The site has no network/lam. Did you mean 'network/lan'?"),
        ("zone/lan", "home", "'lan' is the zone of the network: rename 'network/lan'."),
        ("network/lan", "any", "'any' is a selector, which names no object"),
        ("network/lan", "Home", "'Home' is not a name"),
        ("network/lan", "lan", "network/lan already has that name."),
        ("network/lan", "web", "'web' is the name of a guest already"),
        ("guest/web", "internet", "'internet' is the name of a zone already"),
        ("policy/a", "b", "'b' is the name of a policy already"),
    ],
)
def test_an_invalid_rename_is_refused(own: Path, taploom: Taploom, what: str, name: str, said: str) -> None:
    before = _texts(own.parent)
    done = taploom("rename", what, name)
    assert (done.status, said in done.err) == (64, True), done.err
    assert _texts(own.parent) == before


def test_a_new_name_that_makes_the_site_invalid_is_refused(own: Path, taploom: Taploom) -> None:
    """`https` is the name of a built-in service."""
    before = _texts(own.parent)
    done = taploom("rename", "service/metrics", "https")
    assert done.status == 1
    assert "`https` is a built-in service" in done.err
    said = "nothing was renamed: these are the errors that the site would have with the name `https`\n"
    assert done.err.endswith(said)
    assert _texts(own.parent) == before


def test_a_site_with_errors_is_not_touched(own: Path, taploom: Taploom) -> None:
    own.write_text(OWN.replace('to: "dmz"', "to: dmx"), encoding="utf-8")
    done = taploom("rename", "network/lan", "home")
    assert done.status == 1
    assert "unknown name `dmx`" in done.err
    assert "nothing was renamed" in done.err
    assert "lan:" in own.read_text(encoding="utf-8")


def test_rename_reports_that_it_also_formatted_a_file(own: Path, taploom: Taploom) -> None:
    own.write_text(OWN.replace("  dmz: {ipv4", "  dmz:   {ipv4"), encoding="utf-8")
    assert "7 places, and formatted\n" in taploom("rename", "network/lan", "home").err


def test_renaming_back_and_forth_leaves_no_wrong_moved_from(own: Path, taploom: Taploom) -> None:
    before = own.read_text(encoding="utf-8")
    assert taploom("rename", "network/dmz", "edge").status == 0
    assert "edge: {ipv4: 10.1.0.1/24, moved-from: dmz}" in own.read_text(encoding="utf-8")
    assert taploom("rename", "network/edge", "front").status == 0
    assert "front: {ipv4: 10.1.0.1/24, moved-from: edge}" in own.read_text(encoding="utf-8")
    assert taploom("rename", "network/front", "edge").status == 0
    assert taploom("rename", "network/edge", "dmz").status == 0
    assert _line(own, "dmz:") == "dmz: {ipv4: 10.1.0.1/24, moved-from: edge}"
    assert before.replace("dmz: {ipv4: 10.1.0.1/24}", "dmz: {ipv4: 10.1.0.1/24, moved-from: edge}").split() == (
        own.read_text(encoding="utf-8").replace("{lan:,", "{lan: ,").split()
    )
