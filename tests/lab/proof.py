"""A small site with most features, running in a lab, so that tests can break its ruleset and probe it repeatedly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.sites import compiled

from taploom.driver import rendered
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite
from taploom.lab.oracle import Oracle
from taploom.lab.questions import questions
from taploom.lab.return_routes import lead_home
from taploom.lab.spoof import lies
from taploom.lab.trial import ask, listen
from taploom.lab.wait import settle

if TYPE_CHECKING:
    from taploom.lab.session import Lab

SPEC = """
taploom: 1
site: {name: proof, domain: example.org, target: {systemd: 252, nftables: 1.0.6, nixos: "25.11"}}
networks:
  front: {ipv4: 10.1.0.1/24, ipv6: fd00:1::1/64, dhcp: true, ra: true, nat: true}
  vault: {ipv4: 10.2.0.1/24, ipv6: fd00:2::1/64, ra: true, isolated: true}
hosts:
  hv:
    uplinks: {eth0: {zone: internet, ipv4: 203.0.113.2/24, gateway4: 203.0.113.1, ipv6: ra}}
    networks: {front: {taps: vf-*}, vault: {taps: vv-*}}
guests:
  a: {host: hv, nics: {front: {ipv4: 10.1.0.10, ipv6: fd00:1::10}}}
  b: {host: hv, nics: {front: {ipv4: 10.1.0.11, ipv6: fd00:1::11}}}
  db: {host: hv, nics: {vault: {ipv4: 10.2.0.10, ipv6: fd00:2::10}}}
  log: {host: hv, nics: {vault: {ipv4: 10.2.0.11, ipv6: fd00:2::11}}}
forwards:
  web: {on: hv, ports: tcp/80, to: a}
  shifted: {on: hv, ports: tcp/8000-8003, to: b, to-port: 9000-9003}
policy:
  out: {from: front, to: internet, allow: any}
  no-mail: {from: front, to: internet, deny: tcp/25}
  store: {from: front, to: db, allow: tcp/5432-5433}
  admin: {from: any, to: host/hv, allow: ssh}
"""


class Proof:
    """The running site and the questions with which tests probe it."""

    def __init__(self, lab: Lab, spec: str = SPEC) -> None:
        plan = compiled(spec).plan
        self.site = RunningSite(lab, plan, rendered(plan))
        self.settled, ground = settle(self.site)
        self.atlas = Atlas(plan, ground, dict(self.site.beyond))
        lead_home(self.site, self.atlas)
        self.asked, self.unclear = questions(self.atlas, Oracle(self.atlas, int(time.time())))
        listen(self.site, self.site.machines(), self.asked)

    def disagreements(self) -> dict[str, str]:
        """Flows on which plan and kernel disagree, each with its observed outcome."""
        outcomes = (ask(self.site, self.asked), lies(self.site, self.atlas))
        return {row.flow: row.observed for outcome in outcomes for row in outcome.failed}
