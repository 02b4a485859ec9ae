"""Rulesets that more than one nft and more than one Linux have to take, held against what nft says of its own work.

nft 1.0.6 (Debian 12) makes a conversion of two bytes of the one byte of a protocol in a key with intervals, and Linux 7
refuses that. nft 1.1.3 (Debian 13) lists a raw target behind a match on the ICMPv6 type in words that it cannot read.
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
"""Types of one byte that nft holds in the machine's order, and so converts."""
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
    """Keys with intervals that hold a protocol."""
    yield from (entry.name for entry in table.sets if entry.interval and ONE_BYTE.intersection(entry.types))
    for chain in table.chains:
        for statement in (s for rule in chain.rules for s in rule.statements):
            if isinstance(statement, Match) and len(statement.fields) > 1 and Field.L4PROTO in statement.fields:
                ranges = [v for key in statement.values for v in key if isinstance(v, Range) and v.first < v.last]
                yield from (f"{chain.name}: {span}" for span in ranges)


def behind_type(table: Table) -> Iterator[str]:
    """Rules that look at a raw target behind a match on the type."""
    for chain in table.chains:
        for rule in chain.rules:
            fields = {f for s in rule.statements if isinstance(s, Match | Lookup) for f in s.fields}
            if {Field.ICMPV6_TYPE, Field.ND_TARGET} <= fields:
                yield chain.name


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(hosts())
def test_no_key_with_intervals_holds_a_protocol_and_no_target_stands_behind_its_type(host: Host) -> None:
    for table in ruleset(host).tables:
        assert [*wide(table), *behind_type(table)] == []


@needs("nft", "unshare")
def test_nft_converts_nothing_to_more_bytes_than_it_has(golden: list[Host]) -> None:
    for host in golden:
        said = run("nft", "--debug=netlink", "-c", "-f", "-", given=text(host))
        assert "lookup" in said
        assert [(size, length) for size, length in CONVERSION.findall(said) if int(size) > int(length)] == []


@needs("nft", "unshare")
def test_what_nft_lists_of_a_ruleset_can_be_loaded_and_lists_the_same(golden: list[Host]) -> None:
    """As who saves the running ruleset does, and loads it at boot."""
    listing = "nft -f - && nft list ruleset"
    for host in golden:
        saved = run("sh", "-c", listing, given=text(host))
        assert "guard_" in saved or not host.bridges
        assert sorted(run("sh", "-c", listing, given=saved).splitlines()) == sorted(saved.splitlines())
