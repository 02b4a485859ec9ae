"""Writes benchmark sites of a given number of guests and hosts; each guest has a rule and a forward.

Each host has a file of guests and two networks, with half of the guests in each network. Addresses and MACs come from
the lock. Half of the hosts have static uplinks; the others use DHCP and RA.
"""

from collections.abc import Iterator
from pathlib import Path

FIRST_PORT = 20000
HEAD = "taploom: 1\n"


def hosts_for(guests: int) -> int:
    """Number of hosts of a site with this many guests: 1 for 10 guests, 50 for 10,000."""
    return max(1, min(50, guests // 20 if guests <= 200 else guests // 100))


def write_site(folder: Path, guests: int, hosts: int) -> None:
    """Writes the specs of a site.

    Args:
        folder: Folder for the specs; it is created if missing.
        guests: Number of guests, at most 500 per host.
        hosts: Number of hosts, at most 60.
    """
    (folder / "guests").mkdir(parents=True)
    (folder / "site.yaml").write_text(HEAD + "site: {name: bench, domain: bench.example.org}\n" + _addresses())
    (folder / "networks.yaml").write_text(HEAD + "networks:\n" + "".join(map(_networks, range(hosts))))
    (folder / "hosts.yaml").write_text(HEAD + "hosts:\n" + "".join(map(_host, range(hosts))))
    (folder / "policy.yaml").write_text(HEAD + "policy:\n" + _common(hosts))
    for host in range(hosts):
        mine = range(host, guests, hosts)
        (folder / "guests" / f"hv{host:02}.yaml").write_text(HEAD + "".join(_guests(host, mine, hosts)))


def _addresses() -> str:
    return "addresses:\n  office: [198.51.100.0/24, 2001:db8:f::/48]\n"


def _networks(host: int) -> str:
    front, back = 10 + 2 * host, 11 + 2 * host
    return "".join(
        f"  {name}{host:02}:\n    ipv4: 10.{third}.0.1/22\n    ipv6: fd12:3456:789a:{third:x}::1/64\n"
        f"    dhcp: true\n    ra: true\n    nat: true\n    dns: [9.9.9.9, 2620:fe::fe]\n"
        for name, third in (("front", front), ("back", back))
    )


def _host(host: int) -> str:
    static = (
        f"{{zone: internet, ipv4: 203.0.113.{host + 2}/24, gateway4: 203.0.113.1, "
        f"ipv6: 2001:db8:1::{host + 2:x}/64, gateway6: fe80::1}}"
    )
    uplink = static if host % 2 == 0 else "{zone: internet, ipv4: dhcp, ipv6: ra}"
    return (
        f"  hv{host:02}:\n    uplinks:\n      eth0: {uplink}\n"
        f"    networks:\n      front{host:02}: {{taps: vf-*}}\n      back{host:02}: {{taps: vb-*}}\n"
    )


def _common(hosts: int) -> str:
    out = ", ".join(f"{name}{host:02}" for host in range(hosts) for name in ("front", "back"))
    return (
        f"  out: {{from: [{out}], to: internet, allow: [http, https, dns, ntp]}}\n"
        "  admin: {from: office, to: hosts, allow: [ssh, ping]}\n"
    )


def _guests(host: int, mine: range, hosts: int) -> Iterator[str]:
    yield "guests:\n"
    for place, number in enumerate(mine):
        net = ("front", "back")[place % 2]
        yield f"  g{number:05}:\n    description: guest number {number}\n    host: hv{host:02}\n"
        yield f"    nics: {{{net}{host:02}: {{}}}}\n"
    yield "forwards:\n"
    for place, number in enumerate(mine):
        yield f"  f{number:05}:\n    on: hv{host:02}\n    ports: tcp/{FIRST_PORT + place}\n    to: g{number:05}\n"
        yield "    to-port: 8443\n    from: any\n"
    yield "policy:\n"
    for place, number in enumerate(mine):
        peer = mine[(place + 1) % len(mine)]
        yield f"  r{number:05}:\n    from: g{number:05}\n    to: g{peer:05}\n    allow: [https, tcp/{9000 + place}]\n"
