"""Rulesets of random hosts: a kernel accepts them twice, their references resolve, and plan order does not matter."""

from __future__ import annotations

import dataclasses
import random
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from tests.backends.nftables import stage
from tests.backends.nftables.hosts import hosts
from tests.backends.nftables.made import INTERNET, MICROVM, SELF, term, with_terms
from tests.invariants import violations
from tests.sites import compiled
from tests.support import needs

from taploom.backends import nftables
from taploom.backends.nftables import printer
from taploom.backends.nftables.tree import (
    Count,
    Dispatch,
    Learn,
    LimitBy,
    Lookup,
    Ruleset,
    Table,
    TranslateBy,
    VerdictStatement,
)
from taploom.base.protocol import NUMBERS
from taploom.lab import ruleset
from taploom.lab.session import Lab
from taploom.plan.policy import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taploom.lab.namespace import Namespace
    from taploom.plan.host import Host

SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)


@pytest.fixture(scope="module")
def machine() -> Iterator[Namespace]:
    with Lab() as lab:
        yield lab.machine("kernel")


def fenced() -> Host:
    """A host with a deny between two guests of one bridge, in IPv4."""
    one, other = ("10.0.0.10", "10.0.0.11")
    return with_terms(term("fence", (MICROVM, MICROVM), one, other, deny=True))


def text(host: Host) -> str:
    (artifact,) = nftables.artifacts(host)
    return artifact.text


@needs("root", "nft", "unshare", "nsenter")
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(hosts())
def test_the_kernel_accepts_a_random_ruleset_twice(machine: Namespace, host: Host) -> None:
    ruleset.load(machine, text(host))
    once = sorted(str(entry) for entry in unhandled(machine))
    ruleset.load(machine, text(host))
    assert sorted(str(entry) for entry in unhandled(machine)) == once
    assert ruleset.tables(machine) - {"bridge taploom-memory"} == {"inet taploom", "bridge taploom"}


@needs("root", "nft", "unshare", "nsenter")
@pytest.mark.parametrize("pattern", ["lo*", "all*", "1*", "000*", "0x*"])
def test_the_kernel_accepts_patterns_whose_prefix_is_no_valid_name(machine: Namespace, pattern: str) -> None:
    """The TAP name that is derived from the pattern is a valid interface name."""
    lan = f"{{networks: {{lan: {{taps: '{pattern}'}}}}}}"
    site = compiled(
        f"taploom: 1\nnetworks:\n  lan: {{ipv4: 10.0.0.1/24}}\nhosts:\n  hv: {lan}\n"
        "guests:\n  abc: {host: hv, nics: {lan: {}}}\n"
    )
    (host,) = site.plan.hosts
    assert not [*violations(site.plan)]
    ruleset.load(machine, text(host))
    assert f'"{pattern}"' in text(host)


@needs("root", "nft", "unshare")
def test_nft_accepts_every_protocol_without_etc_protocols() -> None:
    """A minimal Debian has no such file, and neither has the sandbox in which NixOS checks a ruleset."""
    directions = ((MICROVM, INTERNET, "10.0.0.0/24", ""), (MICROVM, SELF, "10.0.0.10", "203.0.113.10"))
    terms = [
        term(f"{name}-{number}", (came, goes), source, to, Service(name, 0, 65535))
        for number, (came, goes, source, to) in enumerate(directions)
        for name in NUMBERS
        if name != "icmpv6"
    ]
    hidden = "[ ! -e /etc/protocols ] || mount --bind /dev/null /etc/protocols; nft -c -f -"
    done = subprocess.run(
        ["unshare", "-mn", "sh", "-c", hidden],
        input=text(with_terms(*terms)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def unhandled(machine: Namespace) -> list[object]:
    """The kernel's ruleset objects without handles and expiry times, which differ from load to load."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items() if key not in ("handle", "expires")}
        return sorted((plain(item) for item in value), key=str) if isinstance(value, list) else value

    return [plain(entry) for entry in ruleset.listing(machine)]


@needs("nft", "unshare")
def test_nft_checks_the_seed_without_root() -> None:
    assert ruleset.check(text(stage.host())) == ""


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(hosts())
def test_every_referenced_name_is_defined_and_every_element_fits_its_set(host: Host) -> None:
    for table in nftables.ruleset(host).tables:
        check_references(table)
        for entry in table.sets:
            assert entry.elements or entry.learned
            assert {len(e.key) for e in entry.elements} <= {len(entry.types)}
            assert len({e.key for e in entry.elements}) == len(entry.elements)


def check_references(table: Table) -> None:
    chains, sets = {c.name: c for c in table.chains}, {s.name for s in table.sets}
    assert len(chains) == len(table.chains)
    assert len(sets) == len(table.sets)
    targets = [e.data for s in table.sets for e in s.elements if isinstance(e.data, VerdictStatement)]
    counters, limits = {c.name for c in table.counters}, {x.name for x in table.limits}
    for chain in table.chains:
        for statement in (s for rule in chain.rules for s in rule.statements):
            match statement:
                case Lookup(_, name) | Learn(_, name):
                    assert name in sets
                case Dispatch(_, name) | TranslateBy(_, _, name):
                    assert name in sets
                case Count(name):
                    assert name in counters | {""}
                case LimitBy(name):
                    assert name in limits
                case VerdictStatement():
                    targets.append(statement)
                case _:
                    pass
    reached = {verdict.chain for verdict in targets if verdict.chain}
    assert reached <= chains.keys()
    assert {n for n, c in chains.items() if c.base is None and (c.rules or not table.kept)} == reached


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(hosts())
def test_the_ruleset_does_not_depend_on_the_order_of_the_plan(host: Host) -> None:
    shuffler = random.Random(7)
    terms, dnat_entries = list(host.terms), list(host.dnat_entries)
    shuffler.shuffle(terms)
    shuffler.shuffle(dnat_entries)
    assert text(dataclasses.replace(host, terms=tuple(terms), dnat_entries=tuple(dnat_entries))) == text(host)


def test_every_line_of_an_entry_has_it_as_origin() -> None:
    (artifact,) = nftables.artifacts(stage.host())
    by_text = {line.text.strip(): line.origin for line in artifact.lines}
    origins = {text: origin.entry for text, origin in by_text.items() if origin}
    assert origins['80 comment "forward/http" : 10.0.0.10 . 80,'] == "forwards.http"
    assert origins['ip saddr 10.0.0.0/24 counter accept comment "policy/guests-out"'] == "policy.guests-out"
    assert origins['"vm-http-re-8d92" . 02:00:00:00:00:10,'] == "guests.http-reverse-proxy"
    bare = [line.text for line in artifact.lines if line.origin is None]
    (fence,) = (line for line in nftables.artifacts(fenced())[0].lines if " counter comment" in line.text)
    assert (fence.text, fence.origin and fence.origin.entry) == (
        '\t\t\t10.0.0.10 . 10.0.0.11 counter comment "policy/fence",',
        "policy.fence",
    )
    assert [text for text in bare if text.startswith("\t")] == []


def test_a_table_printed_alone_equals_its_part_of_the_file() -> None:
    tree: Ruleset = nftables.ruleset(fenced())
    whole = [line.text for line in printer.document(tree)]
    for table in tree.tables:
        alone = [f"\t{line.text}" for line in printer.body(table)]
        start = whole.index(f"table {table.family} {table.name} {{") + 1
        assert whole[start : start + len(alone) + 1] == [*alone, "}"]
