"""`activate` refuses a plan that cuts the operator's management access; a trial with `--force` goes back by itself.

The operator connects over TCP from an address that the policy admits; `SSH_CONNECTION`, which sshd sets, tells
`activate` about that connection. The tests judge access by new connections, not by the output of `activate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.diff.site import CASES, both, swap
from tests.hosts.bundles import DONE, PLACE, REFUSED, WENT_BACK, Answer, activate, bundle, call, unpack
from tests.hosts.ground import bare, install, pending, planned, settled, unlike, wait_back
from tests.support import needs

from taploom.lab.probe import Probe, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.hosts.booted import Host
    from tests.hosts.delivered import DeliveredSite
    from tests.hosts.state import State

    from taploom.plan.site import Plan

pytestmark = [pytest.mark.hosts, pytest.mark.kernel, needs("root", "tun", "boot", "nft")]

OFFICE, SSH = "198.51.100.7", 22
GIVEN = "{zone: internet, ipv4: 203.0.113.10/24, gateway4: 203.0.113.1, ipv6: ra}"
FIXED = swap("hosts.yaml", "{zone: internet, ipv4: dhcp, ipv6: ra}", GIVEN)
CUTS = {
    "rule": both(FIXED, next(case.edit for case in CASES if case.name == "service-closed-to-managers")),
    "address": both(FIXED, swap("hosts.yaml", "203.0.113.10/24", "203.0.113.77/24")),
}


@dataclass(frozen=True)
class Managed:
    """A host that runs a plan, and an operator who manages it from the office."""

    site: DeliveredSite
    host: Host
    plan: Plan
    had: State

    def comes_in(self) -> bool:
        """Whether the host accepts a new connection from the office."""
        office = self.site.agent(self.site.worlds["internet"].machine)
        return run([Probe(office, "tcp", "203.0.113.10", SSH, OFFICE)])[0].outcome == "open"

    def over_ssh(self, *arguments: str, port: int = 40000) -> Answer:
        """Runs `activate` as if in an ssh session that came from this source port of the operator."""
        connection = f"SSH_CONNECTION={OFFICE} {port} 203.0.113.10 {SSH}"
        return call(self.host, "env", connection, f"{PLACE}/activate", *arguments)


@pytest.fixture(scope="module")
def managed(tree: Path) -> Iterator[Managed]:
    plan = planned(252, FIXED)
    with bare(tree, plan) as (site, host):
        install(host, plan)
        site.agent(host).listen("tcp", SSH)
        made = Managed(site, host, plan, settled(host))
        assert made.comes_in()
        yield made


@pytest.mark.parametrize("since", [True, False], ids=["compared", "not compared"])
@pytest.mark.parametrize("cut", CUTS)
def test_a_plan_that_cuts_management_access_is_refused(managed: Managed, cut: str, since: bool) -> None:
    after = planned(252, CUTS[cut])
    unpack(managed.host, bundle(after, managed.host.name, managed.plan if since else None))
    for verb in ("check", "try"):
        said = managed.over_ssh(verb)
        assert said.code == REFUSED, said.text
        assert "cut the management access" in said.text or "your connection uses" in said.text or OFFICE in said.text
    assert not pending(managed.host)
    assert unlike(managed.host, managed.had) == []
    assert managed.comes_in()


@pytest.mark.parametrize("cut", ["rule", pytest.param("address", marks=pytest.mark.wide)])
def test_a_forced_trial_that_cuts_management_access_goes_back(managed: Managed, cut: str) -> None:
    host = managed.host
    after = planned(252, CUTS[cut])
    unpack(host, bundle(after, host.name, managed.plan))
    tried = managed.over_ssh("try", "--force", "--timeout", "30s" if cut == "address" else "5s")
    if cut == "rule":  # `activate` cannot notice, since the address stays: only new connections fail
        assert tried.code == DONE, tried.text
        assert not managed.comes_in()
        assert managed.over_ssh("confirm").code == REFUSED
    else:
        assert tried.code == WENT_BACK, tried.text
    wait_back(host, 30)
    assert unlike(host, managed.had) == []
    assert managed.comes_in()
    assert "went back" in host.journal("-t", "taploom", "--since=-60s")
    late = managed.over_ssh("confirm", port=40001)
    assert late.code == WENT_BACK, late.text


def test_an_ssh_session_can_confirm_only_from_a_new_connection(managed: Managed) -> None:
    unpack(managed.host, bundle(planned(252, FIXED, CASES[5].edit), managed.host.name, managed.plan))
    assert managed.over_ssh("try", "--timeout", "60s").code == DONE
    assert managed.over_ssh("confirm").code == REFUSED
    assert managed.over_ssh("confirm", port=40001).code == DONE
    unpack(managed.host, bundle(managed.plan, managed.host.name))
    for verb in ("try", "confirm"):
        assert activate(managed.host, verb).code == DONE
