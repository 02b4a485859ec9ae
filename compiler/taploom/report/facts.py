"""The facts about an object of the plan, as labels and texts, for `explain`."""

import datetime

from taploom.plan.guest import Guest, Nic
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import Forward, Limit, PolicyEntry
from taploom.plan.site import AddressSet, Network, Plan, ServiceSet, Waiver, Zone
from taploom.report import wording

Fact = tuple[str, str]
PlanObject = Zone | Network | Host | Guest | Forward | PolicyEntry | AddressSet | ServiceSet | Waiver


def facts(plan: Plan, thing: PlanObject) -> tuple[Fact, ...]:
    """The most important facts about an object, without those whose text is empty."""
    return tuple((label, text) for label, text in _facts(plan, thing) if text)


def _facts(plan: Plan, thing: PlanObject) -> list[Fact]:
    match thing:
        case Zone():
            return [("networks", ", ".join(thing.networks)), ("uplinks", ", ".join(thing.uplinks))]
        case Network():
            return _network(plan, thing)
        case Host():
            return _host(plan, thing)
        case Guest():
            return _guest(thing)
        case Forward():
            return _forward(plan, thing)
        case PolicyEntry():
            return _policy_entry(plan, thing)
        case AddressSet():
            return [("prefixes", ", ".join(map(str, thing.prefixes)))]
        case ServiceSet():
            return [("services", ", ".join(map(wording.service, thing.services)))]
        case Waiver():
            used = "" if thing.used else "no finding has this code and object"
            return [("code", thing.code), ("on", thing.subject), ("reason", thing.reason), ("unused", used)]


def _network(plan: Plan, network: Network) -> list[Fact]:
    guests = [guest.name for guest in plan.guests if any(nic.network == network.name for nic in guest.nics)]
    return [
        ("zone", network.zone),
        ("host", network.host),
        ("ipv4", str(network.ipv4 or "")),
        ("ipv6", str(network.ipv6 or "")),
        ("nat ipv4", wording.nat(network.nat4) if network.ipv4 else ""),
        ("nat ipv6", wording.nat(network.nat6) if network.ipv6 else ""),
        ("isolated", "guests do not reach each other on the bridge" if network.isolated else ""),
        ("guests", ", ".join(guests)),
    ]


def _host(plan: Plan, host: Host) -> list[Fact]:
    guests = [guest.name for guest in plan.guests if guest.host == host.name]
    interfaces = (wording.interface(each, host.nat) for each in (*outside(host), *inside(host)))
    return [
        ("target", wording.target(host.target)),
        ("input", host.input.value),
        ("management", ", ".join(map(wording.service, host.management))),
        ("take-up", wording.take_up(host.take_up)),
        *((f"{kind} {name}", words) for kind, name, words in interfaces),
        *((f"route {route.name}", f"{route.to} via {route.via} on {route.device}") for route in host.routes),
        ("guests", ", ".join(guests)),
    ]


def _ways(nic: Nic) -> str:
    """The default route of a NIC as text; names the family if the NIC has two families and the route is in one."""
    found = [word for word, side in (("IPv4", nic.ipv4), ("IPv6", nic.ipv6)) if side.default_route]
    whole = len(found) == len(wording.plain_addresses(nic))
    return ", default route" + ("" if whole else f" of {found[0]}") if found else ""


def _guest(guest: Guest) -> list[Fact]:
    found = [("host", guest.host)]
    for nic in guest.nics:
        found += [
            (f"nic {nic.network}", wording.nic(nic)),
            ("", f"MAC {nic.mac}, {nic.tap} on bridge {nic.bridge}" + _ways(nic)),
        ]
    return found


def _forward(plan: Plan, forward: Forward) -> list[Fact]:
    dnat_entries = [
        dnat_entry
        for host in plan.hosts
        for dnat_entry in host.dnat_entries
        if dnat_entry.forward == f"forward/{forward.name}"
    ]
    return [
        ("on", f"{forward.host}, uplink {', '.join(forward.uplinks)}"),
        ("ports", ", ".join(map(wording.service, forward.ports))),
        ("from", ", ".join(forward.sources)),
        ("to", f"guest {forward.guest}"),
        *(
            (
                dnat_entry.family.key,
                f"{wording.outside(dnat_entry)} becomes {wording.dnat_entry(dnat_entry)} on {dnat_entry.network}",
            )
            for dnat_entry in dnat_entries
        ),
        ("hairpin", "also from the site's own guests, by the outside address" if forward.hairpin else "off"),
        ("expires", moment(forward.expires)),
    ]


def _policy_entry(plan: Plan, entry: PolicyEntry) -> list[Fact]:
    hosts = [host.name for host in plan.hosts if any(term.entry == f"policy/{entry.name}" for term in host.terms)]
    return [
        (entry.action.value, ", ".join(entry.services)),
        ("from", ", ".join(entry.sources)),
        ("to", ", ".join(entry.destinations)),
        ("log", "matches are logged" if entry.log else ""),
        ("limit", limit(entry.limit)),
        ("expires", moment(entry.expires)),
        ("enforced on", ", ".join(hosts) or "no host"),
    ]


def limit(of: Limit | None) -> str:
    """A rate limit with its burst as text; "" if there is none."""
    return f"{of.rate}/{of.unit}, burst {of.burst}" if of else ""


def moment(seconds: int | None) -> str:
    """A time in UTC in the syntax of the spec; "" if there is none."""
    if seconds is None:
        return ""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")
