"""The lab: runs rendered units in a real systemd-networkd and rulesets in a real kernel, and probes them with packets.

A lab consists of *machines* (`namespace.Namespace`). Each machine has its own network, mounts, process ids and host
name; one process holds them, and ends with the lab. No namespace has a name in the system and no file is on a disk, so
a lab leaves nothing behind and does not interfere with another lab. A lab needs root.

| module | gives |
|---|---|
| `session` | `Lab`: `machine`, `cable` (veth), `tap` (a guest's TAP), `agent` |
| `namespace` | `Namespace`: `run`, `ip`, `write`, `file`, `sysctl`, `addresses`, `spawn` |
| `networkd` | `Networkd`: `wait_for_addresses`, `wait_configured`, `links`, `complaints`, `put`, `reload`; `units_in` |
| `world` | `World`: the networks beyond uplinks, with DHCP, RA and internet hosts; `Segment`: one link |
| `ruleset` | `check` (without root), `load`, `listing`, `tables`, `counters`, `filter_bridged` |
| `probe` | `Agent`: `listen`, `seen`, `hold` and `alive`, `send_frame`, `capture`; `Probe`, `run(probes)`, `Answer` |
| `ethernet` | builders of Ethernet frames |
| `waiting` | `wait_for(look, what, timeout)`, `LabError` |

The steps have the order of a real machine: sysctl settings, the host's networkd, the guest's TAP (`tap`), the guest's
networkd. An example of a test:

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

`complaints` are systemd's objections to the units. systemd does not object if it only waits for something, such as a
router that does not answer; `wait_configured` fails then.

A machine starts in 0.03 s and a networkd in 0.1 s. A lease takes almost no time. An address by RA takes 2 to 4 s,
of which one second is duplicate address detection; to avoid it, first set `net.ipv6.conf.default.dad_transmits=0` in
the machine.
"""
