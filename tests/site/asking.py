"""Asks the reachability explorer about a plan, and `taploom reach` for the expected answers."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taploom.flows.reach.endpoints import end_of, services_of
from taploom.plan.services import BUILT_IN
from taploom.report.reach import Asked, reach_json
from taploom.site.pages import reachability
from taploom.site.view import site_view

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from taploom.flows.reach.query import Inquiry
    from taploom.plan.site import Plan

Question = tuple[str, str, str]
READY = "form.tl-ask[data-ready]"
LITERAL = ("any", "hosts", "8.8.8.8", "2001:db8:ffff::1", "10.20.0.0/14", "fd42:b19c:7e5d::/48", "::ffff:192.0.2.1")
SERVICES = (
    "", "any", "tcp", "tcp/0-65535", "udp/16390-50000", "tcp/8443", "icmp", "icmpv6/echo-request", "esp", "igmp",
)  # fmt: skip


def _ends(plan: Plan) -> list[str]:
    known = [f"{host.name}/{uplink.name}" for host in plan.hosts for uplink in host.uplinks]
    known += [f"guest/{guest.name}" for guest in plan.guests] + [f"network/{one.name}" for one in plan.networks]
    known += [zone.name for zone in plan.zones] + [host.name for host in plan.hosts]
    known += [f"address/{one.name}" for one in plan.addresses]
    known += [f"tag/{tag}" for tag in sorted({tag for guest in plan.guests for tag in guest.meta.tags})]
    known += [str(a.address) for g in plan.guests for nic in g.nics for a in (nic.ipv4, nic.ipv6) if a.address]
    return [*known, *LITERAL]


def questions(plan: Plan, made: random.Random, count: int) -> list[Question]:
    """Random questions about endpoints and services of the site; half of the services have no name."""
    ends, named = _ends(plan), [*BUILT_IN, *(one.name for one in plan.services)]
    return [(made.choice(ends), made.choice(ends), made.choice(made.choice((SERVICES, named)))) for _ in range(count)]


def answered(inquiry: Inquiry, question: Question) -> Any:
    """The answers of `taploom reach --format json`."""
    source, to, service = question
    ends = end_of(inquiry.index, source), end_of(inquiry.index, to)
    replies = inquiry.ask(*ends, services_of(inquiry.index, service), walked=False)
    return json.loads(reach_json(Asked(source, to, service, inquiry, replies)))["answers"]


def asked(page: Page, all_of_them: list[Question]) -> list[Any]:
    """The explorer's answers in a page, asked one after the other."""
    found: list[Any] = page.evaluate("all => Promise.all(all.map(one => taploomReach.ask(...one)))", all_of_them)
    return found


def written(plan: Plan, folder: Path) -> Path:
    """Writes the explorer's page and the files that it loads, but no other page; returns the page's path."""
    shown = site_view(plan, (), (), {})
    for file in reachability.files(shown):
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_text(file.text, encoding="utf-8")
    (page,) = reachability.pages(shown)
    path = (folder / page.path).with_suffix(".html")
    path.write_text(f'<!doctype html><meta charset="utf-8">{page.body}', encoding="utf-8")
    return path
