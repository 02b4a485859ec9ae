"""Rulesets avoid faults of two nft versions: tests check the rules, and what the installed nft makes of them.

nft 1.0.6 (Debian 12) converts the one-byte protocol in a key with intervals as if it had two bytes, and Linux 7 refuses
that. nft 1.1.3 (Debian 13) lists a rule that matches the ICMPv6 type and then a raw ND target in a form that it cannot
parse.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from tests.backends.nftables.hosts import hosts
from tests.backends.nftables.test_rulesets import SLOW, text
from tests.support import needs

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.tree import Lookup, Match, Table
from taploom.backends.nftables.values import Range
from taploom.driver import compile_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taploom.plan.host import Host

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/specs"))
ONE_BYTE = {Type.PROTOCOL, Type.FAMILY}
"""Types of one byte that nft keeps in host byte order and therefore converts."""
CONVERSION = re.compile(r"byteorder reg \d+ = \w+\(reg \d+, (\d+), (\d+)\)")


@pytest.fixture(scope="module", params=CASES)
def golden(request: pytest.FixtureRequest) -> list[Host]:
    name: str = request.param
    return list(compile_site(GOLDEN / name / "specs", now=1_800_000_000, prove=False).plan.hosts)


def run(*command: str, given: str) -> str:
    done = subprocess.run(
        ["unshare", "-rn", *command], input=given, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def wide(table: Table) -> Iterator[str]:
    """Sets and rules of a table whose keys have intervals and contain a protocol."""
    yield from (entry.name for entry in table.sets if entry.interval and ONE_BYTE.intersection(entry.types))
    for chain in table.chains:
        for statement in (s for rule in chain.rules for s in rule.statements):
            if isinstance(statement, Match) and len(statement.fields) > 1 and Field.L4PROTO in statement.fields:
                ranges = [v for key in statement.values for v in key if isinstance(v, Range) and v.first < v.last]
                yield from (f"{chain.name}: {span}" for span in ranges)


def behind_type(table: Table) -> Iterator[str]:
    """Chains of a table with a rule that matches both the ICMPv6 type and a raw ND target."""
    for chain in table.chains:
        for rule in chain.rules:
            fields = {f for s in rule.statements if isinstance(s, Match | Lookup) for f in s.fields}
            if {Field.ICMPV6_TYPE, Field.ND_TARGET} <= fields:
                yield chain.name


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(hosts())
def test_no_interval_key_has_a_protocol_and_no_rule_matches_icmpv6_type_and_target(host: Host) -> None:
    for table in ruleset(host).tables:
        assert [*wide(table), *behind_type(table)] == []


@needs("nft", "unshare")
def test_nft_converts_no_value_to_more_bytes_than_it_has(golden: list[Host]) -> None:
    for host in golden:
        said = run("nft", "--debug=netlink", "-c", "-f", "-", given=text(host))
        assert "lookup" in said
        assert [(size, length) for size, length in CONVERSION.findall(said) if int(size) > int(length)] == []


@needs("nft", "unshare")
def test_a_ruleset_listed_by_nft_can_be_loaded_and_lists_the_same(golden: list[Host]) -> None:
    """Administrators save the running ruleset like this, and load it at boot."""
    listing = "nft -f - && nft list ruleset"
    for host in golden:
        saved = run("sh", "-c", listing, given=text(host))
        assert "guard_" in saved or not host.bridges
        assert sorted(run("sh", "-c", listing, given=saved).splitlines()) == sorted(saved.splitlines())
