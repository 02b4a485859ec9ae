"""On a booted host, `drift` finds exactly the deliberate divergence, with the right status and spec line.

Nothing is found on a host just after activation, after its reboot, or after a divergence is undone.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from tests.drift.divergences import DIVERGENCES, SITE
from tests.hosts.booted import Host, booted
from tests.hosts.bundles import DONE, activate, bundle, unpack
from tests.support import needs

from taploom.backends.targets import artifacts_of
from taploom.drift.compare import compare, plan_hash
from taploom.drift.facts.model import Facts
from taploom.drift.facts.read import read_facts
from taploom.drift.view import Planned
from taploom.driver import compile_site
from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taploom.drift.model import Drift, Row
    from taploom.plan.site import Plan

pytestmark = [pytest.mark.kernel, needs("root", "boot", "nft")]
BOOT = 'flush ruleset\ninclude "/etc/taploom/taploom.nft"\n'
TAPS = "for tap in dm-web vm-desk; do ip tuntap add $tap mode tap && ip link set $tap up; done"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    specs = tmp_path_factory.mktemp("drift") / "specs"
    specs.mkdir()
    (specs / "site.yaml").write_text(SITE)
    return compile_site(specs, now=1_800_000_000).plan


@pytest.fixture(scope="module")
def host(plan: Plan, tree: Path) -> Iterator[Host]:
    """A host that activated the bundle, with a TAP for each guest."""
    with booted(tree, uplinks=("eno1",), name="hv") as host:
        host.push(
            {
                "/etc/nftables.conf": BOOT,
                "/usr/local/sbin/collect.sh": (files("taploom.drift") / "collect.sh").read_bytes(),
            }
        )
        host.run("systemctl", "enable", "--quiet", "nftables.service")
        unpack(host, bundle(plan, "hv", serial=7))
        assert activate(host, "try", "--force").code == DONE
        assert activate(host, "confirm").code == DONE
        host.run("sh", "-euc", TAPS)
        settled(host)
        yield host


def settled(host: Host) -> None:
    wait_for(lambda: "master br-dmz" in host.run("ip", "link", "show", "dm-web"), "the TAP of web on its bridge")
    wait_for(lambda: "master br-lan" in host.run("ip", "link", "show", "vm-desk"), "the TAP of desk on its bridge")


def drift(host: Host, plan: Plan) -> Drift:
    facts = read_facts("facts", host.run("sh", "/usr/local/sbin/collect.sh").encode())
    assert isinstance(facts, Facts), facts
    (planned,) = plan.hosts
    return compare(Planned(plan, plan_hash(plan), planned, tuple(artifacts_of(planned))), facts)


def told(found: Drift) -> list[str]:
    return [f"{row.word.value} {row.subject.value} {row.place}: {row.message}" for row in found.rows]


def spec(row: Row) -> str:
    assert row.origin.span
    return SITE.splitlines()[row.origin.span.line - 1].strip()


def test_a_newly_activated_host_is_current_and_reports_its_bundle(host: Host, plan: Plan) -> None:
    found = drift(host, plan)
    assert told(found) == []
    assert (found.installed, found.serial) == (plan_hash(plan), 7)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_a_divergence_is_found_with_its_status_and_line(host: Host, plan: Plan, name: str) -> None:
    wanted = DIVERGENCES[name]
    host.run("sh", "-euc", wanted.done)
    found = drift(host, plan)
    host.run("sh", "-euc", wanted.undone)
    rows = [row for row in found.rows if row.word is found.word]
    assert found.word.value == wanted.word, told(found)
    assert wanted.subject in {row.subject.value for row in rows}, told(found)
    mine = [row for row in rows if row.subject.value == wanted.subject]
    assert any(spec(row).startswith(wanted.spec) for row in mine), [spec(row) for row in mine]
    if wanted.flows:
        turn, service = wanted.flows.split()
        consequences = [*found.more, *(one for row in rows for one in row.consequences)]
        assert any(one.turn.value == turn and service in one.services for one in consequences), consequences
    wait_for(lambda: told(drift(host, plan)) == [], f"the host without {name}", 20)


def test_a_host_is_current_after_its_reboot(host: Host, plan: Plan) -> None:
    host.reboot()
    host.run("sh", "-euc", TAPS)
    settled(host)
    wait_for(lambda: told(drift(host, plan)) == [], "the host after its reboot", 20)
