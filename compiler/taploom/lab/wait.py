"""Waits for the addresses and default routes that a plan promises; reports each broken promise with networkd's log.

A plan does not contain the addresses that the network assigns (an uplink's lease, an address of a pool). For each, it
promises one address in the right prefix. The assigned addresses are recorded in `Ground`, which the oracle uses for its
predictions.
"""

import json
import time
from collections.abc import Iterator

from taploom.backends.networkd.ra import SLAAC_LENGTH
from taploom.base.address import (
    FAMILIES,
    Address,
    Family,
    Interface,
    Prefix,
    parse_interface,
)
from taploom.base.frozen import dataclass
from taploom.lab.build import RunningSite, in_parallel, nic_name
from taploom.lab.ground import Ground
from taploom.lab.lab_report import LabReport, NotRun, Row
from taploom.lab.namespace import Namespace
from taploom.lab.routes import routed
from taploom.lab.waiting import INTERVAL
from taploom.plan.guest import Mode, NicAddress
from taploom.plan.host import Fixed, Learned
from taploom.plan.interfaces import inside, outside

PATIENCE = 20.0
"""Seconds after which an address that is not there counts as missing."""
_LINES = 8
"""Number of log lines of networkd in the row of a broken promise."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise about an interface's address in one family: a known address, an address in a range, or no address.

    Attributes:
        machine: `host/NAME` or `guest/NAME`.
        ifname: the interface.
        family: IP version.
        label: name of the interface in reports, such as `guest/web dmz`.
        key: the key in `Ground`, or None if there is no address to record.
        exact: the known address; None if the network assigns the address, or if there must be none.
        within: prefix of an address that the network assigns, or None.
        first: first address of the DHCP pool for the address, or None.
        last: last address of this pool, or None.
    """

    machine: str
    ifname: str
    family: Family
    label: str
    key: tuple[str, str, Family] | None
    exact: Interface | None
    within: Prefix | None = None
    first: Address | None = None
    last: Address | None = None

    @property
    def text(self) -> str:
        """The promise in words."""
        if self.exact:
            return str(self.exact)
        if self.first:
            return f"an address of {self.first}-{self.last}"
        return f"an address of {self.within}" if self.within else "no address"

    def kept_by(self, there: tuple[Interface, ...]) -> bool:
        """Whether the interface's addresses in this family are as promised."""
        if self.exact:
            return there == (self.exact,)
        if self.within is None:
            return not there
        inside = self.within
        bounds = self.first, self.last
        return len(there) == 1 and all(
            a.address in inside and (None in bounds or bounds[0] <= a.address <= bounds[1])  # type: ignore[operator]
            for a in there
        )


def promises(site: RunningSite) -> Iterator[Promise]:
    """The promises of a plan about the addresses of all machines."""
    yield from _of_uplinks(site)
    for host in site.plan.hosts:
        for here in inside(host):
            machine, label = f"host/{host.name}", f"host/{host.name} {here.device}"
            yield from (Promise(machine, here.device, of, label, None, here.own(of)) for of in FAMILIES)
    pools = {here.network: here.dhcp for host in site.plan.hosts for here in inside(host) if here.dhcp}
    prefixes = {n.name: n for n in site.plan.networks}
    for guest in site.plan.guests:
        for number, nic in enumerate(guest.nics):
            for address, family in zip((nic.ipv4, nic.ipv6), FAMILIES, strict=True):
                at = (f"guest/{guest.name}", nic_name(number), family, f"guest/{guest.name} {nic.network}")
                key = (guest.name, nic.network, family)
                pool, network = pools.get(nic.network), prefixes[nic.network]
                if address.mode is Mode.DHCP and pool and network.ipv4:
                    yield Promise(*at, key, None, network.ipv4.prefix, pool.first, pool.last)
                else:
                    yield Promise(*at, key, _exact(address))


def _exact(nic: NicAddress) -> Interface | None:
    return Interface(nic.address, nic.length) if nic.address else None


def _of_uplinks(site: RunningSite) -> Iterator[Promise]:
    served = {member: link for found in site.beyond.values() for link in found.links for member in link.uplinks}
    for host in site.plan.hosts:
        for uplink in outside(host):
            link = served[host.name, uplink.device]
            for address, family in zip((uplink.ipv4, uplink.ipv6), FAMILIES, strict=True):
                at = (f"host/{host.name}", uplink.device, family, f"host/{host.name} {uplink.device}")
                key = (host.name, uplink.device, family)
                source = link.dhcp if family is Family.IPV4 else link.ra
                given = next((own for own in link.given if own.family is family), None)
                if given is not None:
                    yield Promise(*at, key, given)
                elif isinstance(address, Fixed):
                    yield Promise(*at, key, address.interface)
                elif isinstance(address, Learned) and source:
                    yield Promise(*at, key, None, source.prefix)
                else:
                    yield Promise(*at, None, None)


def settle(site: RunningSite, patience: float = PATIENCE) -> tuple[LabReport, Ground]:
    """Waits until all promises hold, or for `patience` seconds.

    Returns:
        A report with a row for each promise and for the units of each daemon; and the addresses of the running site.
    """
    made = tuple(promises(site))
    machines = site.machines()
    wanted = sorted({promise.machine for promise in made})
    deadline = time.monotonic() + patience
    there: dict[str, dict[str, tuple[Interface, ...]]] = {}
    while True:
        open_ = [name for name in wanted if not _all_kept(made, name, there.get(name))]
        if not open_ or time.monotonic() > deadline:
            break
        there.update(zip(open_, in_parallel(lambda name: addresses(machines[name]), open_), strict=True))
        time.sleep(INTERVAL)
    ground = Ground()
    rows = [_row(site, promise, there[promise.machine], ground) for promise in made]
    rows += routed(site, max(0.0, deadline - time.monotonic()))
    units = _units(site)
    return LabReport((*rows, *units.rows), units.not_run), ground


def _all_kept(made: tuple[Promise, ...], name: str, there: dict[str, tuple[Interface, ...]] | None) -> bool:
    return there is not None and all(p.kept_by(_of(there, p)) for p in made if p.machine == name)


def _of(there: dict[str, tuple[Interface, ...]], promise: Promise) -> tuple[Interface, ...]:
    return tuple(found for found in there.get(promise.ifname, ()) if found.family is promise.family)


def addresses(machine: Namespace) -> dict[str, tuple[Interface, ...]]:
    """The usable global addresses of each interface, sorted."""
    links = json.loads(machine.run("ip", "-j", "addr", "show"))
    return {link["ifname"]: tuple(sorted(_usable(link))) for link in links}


def _usable(link: dict[str, list[dict[str, object]]]) -> Iterator[Interface]:
    for found in link.get("addr_info", ()):
        if found["scope"] == "global" and not found.get("tentative") and not found.get("dadfailed"):
            yield parse_interface(f"{found['local']}/{found['prefixlen']}")


def _row(site: RunningSite, promise: Promise, there: dict[str, tuple[Interface, ...]], ground: Ground) -> Row:
    found = _of(there, promise)
    kept = promise.kept_by(found)
    if promise.key and len(found) == 1:
        known = ground.uplinks if promise.machine.startswith("host/") else ground.nics
        known[promise.key] = found[0].address
    observed = promise.text if kept else ", ".join(map(str, found)) or "no address"
    words = "" if kept else _words(site, promise)
    flow = f"{promise.label} {promise.family.key}"
    return Row("address", flow, promise.text, observed, "", words)


def _words(site: RunningSite, promise: Promise) -> str:
    """The state of an interface in networkd, and the last lines of networkd's log about it."""
    said = [line for line in site.daemons[promise.machine].log().splitlines() if promise.ifname in line]
    state = site.daemons[promise.machine].links().get(promise.ifname)
    return "\n".join([f"networkd: {state}", *said[-_LINES:]])


def _units(site: RunningSite) -> LabReport:
    """A row for each networkd with its complaints; complaints about keys newer than this networkd are `NotRun`."""
    rows: list[Row] = []
    not_run: list[NotRun] = []
    targets = {f"host/{host.name}": host.target.systemd for host in site.plan.hosts}
    targets |= {f"guest/{guest.name}": guest.target.systemd for guest in site.plan.guests}
    foreseen = _foreseen(site)
    for name, daemon in sorted(site.daemons.items()):
        said = [line for line in daemon.complaints() if not any(word in line for word in foreseen.get(name, ()))]
        young = [line for line in said if targets[name] > daemon.version and "Unknown key" in line]
        wrong = [line for line in said if line not in young]
        observed = "accepted" if not wrong else "complaints"
        rows.append(Row("units", f"{name} networkd", "accepted", observed, "", "\n".join(wrong)))
        why = f"this machine has systemd {daemon.version}, and the target has {targets[name]}"
        not_run += [NotRun(f"{name} {line}", why) for line in young]
    return LabReport(tuple(rows), tuple(not_run))


def _foreseen(site: RunningSite) -> dict[str, tuple[str, ...]]:
    """By machine, log lines of networkd about settings that it applies nevertheless; TL421 reports these settings."""
    return {
        f"host/{host.name}": tuple(
            f"Unusual prefix length {here.ra.prefix.length} (> {SLAAC_LENGTH}) is specified in [IPv6Prefix]"
            for here in inside(host)
            if here.ra and here.ra.prefix.length > SLAAC_LENGTH
        )
        for host in site.plan.hosts
    }
