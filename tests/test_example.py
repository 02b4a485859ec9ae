"""The example site shows the features that it must show, has no findings, and fits the schema for editors."""

import datetime
import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML
from tests.native import nft_problems, nix_problems, unit_problems
from tests.support import needs

from taploom.driver import Compiled, compile_site, rendered
from taploom.passes.lock import FILE
from taploom.plan.guest import Mode
from taploom.plan.policy import Action, NatKind
from taploom.spec.document import language_schema

SPECS = Path(__file__).parent.parent / "specs"
SCHEMA = SPECS / "taploom.schema.json"
FILES = sorted(SPECS.rglob("*.yaml"))
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def site() -> Compiled:
    return compile_site(SPECS, now=NOW)


def test_every_finding_is_waived(site: Compiled) -> None:
    assert [(d.code, d.message) for d in site.diagnostics if not d.waiver] == []


def test_the_lock_is_what_taploom_would_write(site: Compiled) -> None:
    assert (SPECS / FILE).read_text() == site.lock.text()


@needs("nft", "unshare", "nix-instantiate")
def test_nft_and_nix_accept_the_rendered_files(site: Compiled) -> None:
    texts = {artifact.path: artifact.text for artifact in rendered(site.plan)}
    assert nft_problems(texts) == {}
    assert nix_problems(texts) == ""


@pytest.mark.kernel
@needs("root", "networkd", "unshare", "nsenter")
def test_networkd_accepts_the_rendered_units(site: Compiled) -> None:
    assert unit_problems(site.plan) == {}


def test_the_committed_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text()) == language_schema()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SPECS)))
def test_each_file_names_the_schema_and_is_valid_by_it(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == SCHEMA.resolve()
    text = YAML(typ="safe", pure=True).load(file)  # YAML 1.2, as editors read it
    jsonschema.Draft202012Validator(language_schema()).validate(_without_dates(text))


def _without_dates(value: object) -> object:
    """Converts all dates in a value to texts, because the core schema of YAML 1.2 has no dates."""
    if isinstance(value, dict):
        return {key: _without_dates(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_dates(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_it_shows_the_features_that_a_small_company_needs(site: Compiled) -> None:
    plan = site.plan
    assert len(plan.hosts) == 2
    assert len({host.target for host in plan.hosts}) == 2
    assert len(plan.networks) >= 5
    assert len(plan.guests) >= 12
    assert any(network.ipv4 is None for network in plan.networks)
    assert any(network.isolated for network in plan.networks)
    assert any(network.nat4 is None and network.nat6 is None for network in plan.networks)
    assert {nat.kind for host in plan.hosts for nat in host.nat} == set(NatKind)
    assert {nic.ipv4.mode for guest in plan.guests for nic in guest.nics} >= {Mode.STATIC, Mode.RESERVED, Mode.DHCP}
    assert any(nic.ipv6.mode is Mode.SLAAC for guest in plan.guests for nic in guest.nics)
    assert any(len(guest.nics) > 1 for guest in plan.guests)
    assert any(host.routes for host in plan.hosts)
    assert any(waiver.used for waiver in plan.waivers)


def test_it_shows_every_form_of_forward_and_policy(site: Compiled) -> None:
    forwards, rules = site.plan.forwards, site.plan.policy
    assert any(len(forward.ports) > 1 for forward in forwards)
    assert any(port.first != port.last for forward in forwards for port in forward.ports)
    assert {port.protocol for forward in forwards for port in forward.ports} == {"tcp", "udp"}
    assert any(forward.to_port for forward in forwards)
    assert any(forward.sources != ("any",) for forward in forwards)
    assert any(len(forward.uplinks) == 1 for forward in forwards)
    assert any(not forward.hairpin for forward in forwards)
    assert any(forward.expires for forward in forwards)
    assert {rule.action for rule in rules} == set(Action)
    assert any(rule.expires for rule in rules)
    assert any(rule.log for rule in rules)
    assert any(rule.limit for rule in rules)
    assert any(name.startswith("tag/") for rule in rules for name in (*rule.sources, *rule.destinations))
