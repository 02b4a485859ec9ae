"""Faults in the `Host` that the ruleset of `east` (tests.flows.sites) is lowered from, like bugs in the passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from taploom.base.address import Family, Prefix, parse_prefix
from taploom.plan.host import Host, Remote
from taploom.plan.policy import Action, DnatEntry, Limit, NatKind, SideKind, SourceNat, Term


def terms(edit: Callable[[Term], Term | None]) -> Callable[[Host], Host]:
    return lambda host: replace(host, terms=tuple(t for term in host.terms if (t := edit(term)) is not None))


def dnat_entries(edit: Callable[[DnatEntry], DnatEntry | None]) -> Callable[[Host], Host]:
    return lambda host: replace(
        host, dnat_entries=tuple(t for dnat_entry in host.dnat_entries if (t := edit(dnat_entry)) is not None)
    )


def nats(edit: Callable[[SourceNat], SourceNat | None]) -> Callable[[Host], Host]:
    return lambda host: replace(host, nat=tuple(t for nat in host.nat if (t := edit(nat)) is not None))


def paths(edit: Callable[[Remote], tuple[Remote, ...]]) -> Callable[[Host], Host]:
    return lambda host: replace(host, reverse_paths=tuple(part for one in host.reverse_paths for part in edit(one)))


def everywhere(remote: Remote) -> Remote:
    return replace(remote, uplinks=("eth0", "eth1"))


def of(rule: str, **changes: object) -> Callable[[Host], Host]:
    return terms(lambda t: replace(t, **changes) if t.entry == rule else t)  # type: ignore[arg-type]


def half(prefix: Prefix, number: int) -> Prefix:
    narrower = replace(prefix, length=prefix.length + 1)
    return replace(narrower, value=prefix.value + number * narrower.size)


ANYWHERE = (parse_prefix("0.0.0.0/0"),)
FAR4, FAR6 = parse_prefix("10.9.0.0/24"), parse_prefix("fd09::/64")
ETH0 = parse_prefix("203.0.113.5/32")
LOWERING: dict[str, Callable[[Host], Host]] = {
    "a term is missing": terms(lambda t: None if t.entry == "policy/db" else t),
    "a term is missing in one family": terms(
        lambda t: None if t.entry == "policy/db" and t.family is Family.IPV6 else t
    ),
    "a deny becomes an allow": of("policy/no-app", action=Action.ALLOW),
    "an allow becomes a deny": of("policy/ranges", action=Action.DENY),
    "an entry covers all services": of("policy/ranges", services=()),
    "a limit is missing": of("policy/pings", limit=None),
    "a limit is per minute": of("policy/pings", limit=Limit(5, "minute", 5)),
    "a limit has a larger burst": of("policy/pings", limit=Limit(5, "second", 50)),
    "an expiry is missing": of("policy/until", expires=None),
    "an expiry is in milliseconds": terms(lambda t: replace(t, expires=t.expires * 1000) if t.expires else t),
    "an expiry is in local time": terms(lambda t: replace(t, expires=t.expires + 3600) if t.expires else t),
    "a deny has source and destination swapped": terms(
        lambda t: replace(t, sources=t.destinations, destinations=t.sources) if t.entry == "policy/apart" else t
    ),
    "a deny has one family only": terms(
        lambda t: None if t.entry == "policy/not-mail" and t.family is Family.IPV6 else t
    ),
    "an entry for one guest covers its whole network": terms(
        lambda t: (
            replace(t, sources=(parse_prefix("10.1.0.0/24"),))
            if t.entry == "policy/apart" and t.family is Family.IPV4
            else t
        )
    ),
    "an entry for some senders covers all senders": terms(
        lambda t: (
            replace(t, sources=ANYWHERE)
            if t.entry == "policy/admin" and t.ingress.kind is SideKind.OUTSIDE and t.family is Family.IPV4
            else t
        )
    ),
    "a term leads to another zone": terms(
        lambda t: replace(t, egress=replace(t.egress, name="backbone")) if t.entry == "policy/out" else t
    ),
    "terms for senders in networks of other hosts are missing": terms(
        lambda t: None if t.ingress.kind is SideKind.REMOTE else t
    ),
    "an entry for some senders covers all senders on unknown interfaces": terms(
        lambda t: replace(t, sources=ANYWHERE) if t.ingress.kind is SideKind.OTHER and t.family is Family.IPV4 else t
    ),
    "a DNAT entry is missing": dnat_entries(
        lambda x: None if x.forward == "forward/http" and x.family is Family.IPV6 else x
    ),
    "a DNAT entry has no hairpin": dnat_entries(
        lambda x: replace(x, hairpin=False) if x.forward == "forward/http" else x
    ),
    "a DNAT entry has a hairpin": dnat_entries(
        lambda x: replace(x, hairpin=True) if x.forward == "forward/side" else x
    ),
    "a DNAT entry accepts all senders": dnat_entries(
        lambda x: replace(x, sources=None) if x.forward == "forward/moved" else x
    ),
    "a DNAT entry listens on another uplink": dnat_entries(
        lambda x: replace(x, uplinks=("eth1",)) if x.forward == "forward/calls" else x
    ),
    "a DNAT entry has one port more": dnat_entries(
        lambda x: replace(x, last=x.last + 1) if x.forward == "forward/calls" else x
    ),
    "a DNAT entry does not shift ports": dnat_entries(
        lambda x: replace(x, target_first=x.first) if x.forward == "forward/moved" else x
    ),
    "a DNAT entry expires too early": dnat_entries(lambda x: replace(x, expires=x.expires - 1) if x.expires else x),
    "a DNAT entry leads to another address in one family": dnat_entries(
        lambda x: (
            replace(x, target=replace(x.target, value=x.target.value + 1))
            if x.forward == "forward/http" and x.family is Family.IPV6
            else x
        )
    ),
    "a DNAT entry has another protocol": dnat_entries(
        lambda x: replace(x, protocol="tcp") if x.forward == "forward/calls" and x.family is Family.IPV6 else x
    ),
    "a DNAT entry is open to a zone that it does not name": dnat_entries(
        lambda x: replace(x, outside=("backbone", "internet")) if x.forward == "forward/back" else x
    ),
    "a DNAT entry never expires": dnat_entries(lambda x: replace(x, expires=None)),
    "a source NAT entry is missing": nats(lambda n: None if n.network == "web" and n.uplink == "eth1" else n),
    "a network is translated to another prefix": nats(
        lambda n: replace(n, to=parse_prefix("2001:db8:4::/64")) if n.kind is NatKind.PREFIX else n
    ),
    "a source NAT entry covers half of its network": nats(
        lambda n: (
            replace(n, source=parse_prefix("10.1.0.0/25")) if n.network == "web" and n.family is Family.IPV4 else n
        )
    ),
    "a source becomes the address of another uplink": nats(
        lambda n: replace(n, to=parse_prefix("10.99.0.1/32")) if n.kind is NatKind.SNAT and n.uplink == "eth0" else n
    ),
    "traffic to a host with a return route is translated": nats(lambda n: replace(n, spared=())),
    "traffic to a host with a return route is translated in one family": nats(
        lambda n: replace(n, spared=()) if n.family is Family.IPV6 else n
    ),
    "traffic to an outside address is not translated": nats(
        lambda n: replace(n, spared=(parse_prefix("198.51.100.9/32"),)) if n.uplink == "eth0" and n.to == ETH0 else n
    ),
    "a prefix is masqueraded": nats(lambda n: replace(n, kind=NatKind.MASQUERADE, to=None)),
    "an isolated bridge is not isolated": lambda host: replace(
        host, bridges=tuple(replace(b, isolated=False) for b in host.bridges)
    ),
    "a bridge is isolated": lambda host: replace(host, bridges=tuple(replace(b, isolated=True) for b in host.bridges)),
    "the site's prefixes are missing": lambda host: replace(host, site_prefixes=host.site_prefixes[:2]),
    "remote prefixes are missing": lambda host: replace(host, remotes=()),
    "senders behind a route are accepted on every uplink": paths(
        lambda r: (everywhere(r),) if r.prefix.first in (FAR4.first, FAR6.first) else (r,)
    ),
    "senders on a link are accepted on every uplink": paths(
        lambda r: (r,) if r.prefix.first in (FAR4.first, FAR6.first) else (everywhere(r),)
    ),
    "IPv6 senders are accepted on every uplink": paths(
        lambda r: (everywhere(r),) if r.prefix.family is Family.IPV6 else (r,)
    ),
    "IPv4 senders are accepted on every uplink": paths(
        lambda r: (everywhere(r),) if r.prefix.family is Family.IPV4 else (r,)
    ),
    "all senders are accepted on one uplink only": paths(lambda r: (replace(r, uplinks=("eth0",)),)),
    "senders of known prefixes are accepted on no uplink": paths(lambda r: (replace(r, uplinks=()),)),
    "half of a prefix is accepted on every uplink": paths(
        lambda r: (replace(r, prefix=half(r.prefix, 0)), everywhere(replace(r, prefix=half(r.prefix, 1))))
    ),
}
