"""A lab: rendered units in a real systemd-networkd, rulesets in a real kernel, probed with real packets.

A lab is made of *machines* (`namespace.Namespace`): each has its own network, mounts, process ids and host name, and
is held by one process that ends with the lab. No namespace has a name in the system and no file is on a disk, so no
lab leaves anything behind or interferes with another lab. A lab needs root.

| module | gives |
|---|---|
| `session` | `Lab`: `machine`, `cable` (veth), `tap` (what a monitor makes for a guest), `agent` |
| `namespace` | `Namespace`: `run`, `ip`, `write`, `file`, `sysctl`, `addresses`, `spawn` |
| `networkd` | `Networkd`: `wait_for_addresses`, `wait_configured`, `links`, `complaints`, `put`, `reload`; `units_in` |
| `world` | `World`: the outside of uplinks, with DHCP, RA and internet hosts; `Segment`: one link of it |
| `ruleset` | `check` (without root), `load`, `listing`, `tables`, `counters`, `filter_bridged` |
| `probe` | `Agent`: `listen`, `seen`, `hold` and `alive`, `send_frame`, `capture`; `Probe`, `run(probes)`, `Answer` |
| `frames` | Ethernet frames by hand |
| `waiting` | `wait_for(look, what, timeout)`, `LabError` |

The order is that of a real machine: sysctl, then the host's networkd; plug the guest in (`tap`), then boot it (its
networkd). A test:

```python
from taploom.lab.networkd import Networkd, units_in
from taploom.lab.session import Lab

def test_guest_gets_its_reserved_address(rendered: Path) -> None:
    with Lab() as lab:
        host, guest = lab.machine("hypervisor"), lab.machine("web")
        host.sysctl({"net.ipv4.conf.all.forwarding": "1"})
        host_daemon = Networkd(host, units_in(rendered / "hosts/hypervisor/networkd"))
        lab.tap(host, "vm-web", guest, "eth0", mac="02:00:00:00:00:0a")
        guest_daemon = Networkd(guest, units_in(rendered / "guests/web/networkd"))
        guest_daemon.wait_for_addresses("eth0", "10.0.0.10/24")
        assert host_daemon.complaints() == guest_daemon.complaints() == ()
```

`complaints` are systemd's objections to the units. systemd does not object to something that it merely waits for (a
router that does not answer, a gateway that is not there); `wait_configured` shows that.

Time: a machine takes 0.03 s, a networkd 0.1 s, an address by RA 2 to 4 s; a lease comes at once. One second of these
is duplicate address detection, which `net.ipv6.conf.default.dad_transmits=0` avoids if a machine sets it first.
"""
