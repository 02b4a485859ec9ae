"""Changes that people or programs make on a host, each with its undo command and its row in `taploom drift`."""

from __future__ import annotations

from typing import NamedTuple

SITE = """\
taploom: 1
site: {name: drift, domain: example.org}
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: "fd12:3456:789a::1/64", dhcp: true, ra: true, nat: true}
  dmz: {ipv4: 10.0.1.1/24, ipv6: "fd12:3456:789a:1::1/64", isolated: true, mtu: 1400}
hosts:
  hv:
    uplinks:
      eno1: {zone: internet, ipv4: 203.0.113.10/28, gateway4: 203.0.113.1, ipv6: "2001:db8:1::10/64", mtu: 1400}
    networks:
      lan: {taps: vm-*}
      dmz: {taps: dm-*}
guests:
  web: {host: hv, nics: {dmz: {ipv4: 10.0.1.10, tap: dm-web}}}
  desk: {host: hv, nics: {lan: {ipv4: 10.0.0.10, tap: vm-desk}}}
forwards:
  site: {on: hv, ports: [tcp/443], to: web}
policy:
  out: {from: [lan, dmz], to: internet, allow: any}
  inside: {from: lan, to: dmz, allow: [https, ping]}
  admin: {from: [internet, lan], to: hosts, allow: ssh}
"""

OURS = "inet taploom"
AGAIN = "nft -f /etc/taploom/taploom.nft"
"""Reloads our tables."""
RELOAD = "networkctl reload && networkctl reconfigure eno1 && sleep 1"
UNIT = "/etc/systemd/network/05-taploom-eno1.network"
SERVER = (
    "import socket,time;s=socket.socket(2,2);s.setsockopt(1,2,1);s.setsockopt(1,15,1);s.bind((str(),67));time.sleep(99)"
)


class Divergence(NamedTuple):
    """One change to a host.

    Attributes:
        done: the command that makes the change.
        undone: the command that reverts it.
        word: the gravest status of the host afterwards.
        subject: the subject of a row with that status.
        spec: the beginning of the spec line that the row refers to.
        flows: the kind and the service of a consequence of that row, such as `opens tcp/22`; "" for none.
    """

    done: str
    undone: str
    word: str
    subject: str
    spec: str
    flows: str = ""


def deleted(chain: str, what: str) -> str:
    """The command that deletes the first rule of a chain whose text contains `what`."""
    find = f"nft -a list chain {OURS} {chain} | grep -m 1 -- '{what}' | tail -c 6 | tr -dc 0-9"
    return f"nft delete rule {OURS} {chain} handle $({find})"


DIVERGENCES = {
    "a rule added by hand": Divergence(
        f"nft insert rule {OURS} forward_zone-internet_net-dmz tcp dport 22 accept",
        AGAIN, "drifted", "rule", "hv:", "opens tcp/22",
    ),
    "a rule in one family added by hand": Divergence(
        f"nft insert rule {OURS} forward_zone-internet_net-dmz ip6 daddr fd12:3456:789a:1::/64 udp dport 53 accept",
        AGAIN, "drifted", "rule", "hv:", "opens udp/53",
    ),
    "a rule deleted": Divergence(
        deleted("input", "established"), AGAIN, "drifted", "rule", "hv:", "closes established"
    ),
    "a set element added": Divergence(
        f"nft add element {OURS} allow_zone-internet_self_ipv4_tcp '{{ 0.0.0.0/0 . 0.0.0.0/0 . 8080 }}'",
        AGAIN, "drifted", "element", "hv:", "opens tcp/8080",
    ),
    "a set element deleted": Divergence(
        f"nft flush set {OURS} forwards_net-dmz_ipv4_tcp",
        AGAIN, "drifted", "element", "site: {on: hv", "closes tcp/443",
    ),
    "a forward with another target": Divergence(
        f"nft delete element {OURS} dnat_eno1_ipv4_all_tcp_port '{{ 203.0.113.10 . 443 }}' && "
        f"nft add element {OURS} dnat_eno1_ipv4_all_tcp_port '{{ 203.0.113.10 . 443 : 10.0.1.77 . 443 }}'",
        AGAIN, "drifted", "element", "site: {on: hv", "closes tcp/443",
    ),
    "a policy of a chain changed": Divergence(
        f"nft chain {OURS} input '{{ policy accept; }}'", AGAIN, "drifted", "chain", "hv:"
    ),
    "a chain added": Divergence(
        f"nft add chain {OURS} mine '{{ type filter hook forward priority 10; policy drop; }}'",
        AGAIN, "drifted", "chain", "hv:", "closes any",
    ),
    "our table deleted": Divergence(
        f"nft delete table {OURS}", AGAIN, "drifted", "table", "hv:", "opens any"
    ),
    "the guard of bridges deleted": Divergence(
        "nft delete table bridge taploom", AGAIN, "drifted", "table", "hv:", "opens arp"
    ),
    "one guest exempt from the guard": Divergence(
        "nft insert rule bridge taploom guard_port iifname dm-web ip saddr 10.0.1.99 accept",
        AGAIN, "drifted", "rule", "hv:", "opens ip",
    ),
    "a rule with an unknown condition": Divergence(
        f"nft insert rule {OURS} forward_zone-internet_net-dmz meta mark 7 tcp dport 23 accept",
        AGAIN, "drifted", "rule", "hv:", "opens tcp/23",
    ),
    "an address removed": Divergence(
        "ip address delete 10.0.0.1/24 dev br-lan", "networkctl reconfigure br-lan && sleep 1",
        "drifted", "address", "lan: {taps",
    ),
    "an IPv6 address removed": Divergence(
        "ip address delete 2001:db8:1::10/64 dev eno1", RELOAD, "drifted", "address", "eno1:"
    ),
    "an address added": Divergence(
        "ip address add 203.0.113.11/28 dev eno1", "ip address delete 203.0.113.11/28 dev eno1",
        "drifted", "address", "eno1:",
    ),
    "a route removed": Divergence("ip route delete default", RELOAD, "drifted", "route", "eno1:"),
    "a route added": Divergence(
        "ip route add 10.77.0.0/16 via 203.0.113.2", "ip route delete 10.77.0.0/16", "drifted", "route", "eno1:"
    ),
    "a file edited": Divergence(
        f"echo '# mine' >>{UNIT}", f"head -n -1 {UNIT} >/run/unit && cat /run/unit >{UNIT}", "drifted", "file", "eno1:"
    ),
    "a file removed": Divergence(
        "mv /etc/sysctl.d/60-taploom.conf /run", "mv /run/60-taploom.conf /etc/sysctl.d",
        "drifted", "file", "dmz: {taps",
    ),
    "the mode of a file changed": Divergence(
        f"chmod 666 {UNIT}", f"chmod 644 {UNIT}", "drifted", "file", "eno1:"
    ),
    "a drop-in added": Divergence(
        f"mkdir {UNIT}.d && printf '[Network]\\nLLDP=yes\\n' >{UNIT}.d/mine.conf",
        f"rm -r {UNIT}.d", "drifted", "file", "eno1:",
    ),
    "a file of ours that is no longer planned": Divergence(
        "touch /etc/systemd/network/06-taploom-br-old.netdev", "rm /etc/systemd/network/06-taploom-br-old.netdev",
        "drifted", "file", "hv:",
    ),
    "forwarding switched off": Divergence(
        "sysctl -qw net.ipv4.conf.all.forwarding=0", "sysctl -qw net.ipv4.conf.all.forwarding=1",
        "drifted", "sysctl", "dmz: {taps",
    ),
    "forwarding switched off on one link": Divergence(
        "sysctl -qw net.ipv6.conf.br-lan.forwarding=0", "sysctl -qw net.ipv6.conf.br-lan.forwarding=1",
        "drifted", "sysctl", "lan: {taps",
    ),
    "networkd masked": Divergence(
        "systemctl mask systemd-networkd.service", "systemctl unmask systemd-networkd.service",
        "drifted", "unit", "hv:",
    ),
    "the service that loads rulesets at boot masked": Divergence(
        "systemctl mask nftables.service", "systemctl unmask nftables.service", "drifted", "unit", "hv:"
    ),
    "networkd stopped": Divergence(
        "systemctl stop systemd-networkd.socket systemd-networkd.service",
        "systemctl start systemd-networkd.socket systemd-networkd.service && sleep 2", "drifted", "unit", "hv:",
    ),
    "a link renamed": Divergence(
        "ip link set br-lan down && ip link set br-lan name br-x && ip link set br-x up",
        "ip link set br-x down && ip link set br-x name br-lan && ip link set br-lan up && "
        "networkctl reconfigure br-lan && sleep 1",
        "drifted", "link", "lan: {taps",
    ),
    "a link set down": Divergence(
        "ip link set br-dmz down", "ip link set br-dmz up && networkctl reconfigure br-dmz && sleep 1",
        "drifted", "link", "dmz: {taps",
    ),
    "an MTU changed": Divergence(
        "ip link set eno1 mtu 1450", "ip link set eno1 mtu 1400", "drifted", "link", "eno1:"
    ),
    "a TAP moved to another bridge while networkd is stopped": Divergence(
        "systemctl stop systemd-networkd.socket systemd-networkd.service && ip link set dm-web master br-lan",
        "systemctl start systemd-networkd.socket systemd-networkd.service && sleep 2", "drifted", "link", "web: {host",
    ),
    "isolation taken from a TAP": Divergence(
        "ip link set dm-web type bridge_slave isolated off", "ip link set dm-web type bridge_slave isolated on",
        "drifted", "link", "web: {host",
    ),
    "a foreign drop": Divergence(
        "nft add table ip filter && nft add chain ip filter FORWARD "
        "'{ type filter hook forward priority 0; policy drop; }'",
        "nft delete table ip filter", "foreign", "table", "hv:", "closes tcp/443",
    ),
    "a foreign NAT": Divergence(
        "nft add table ip nat && nft add chain ip nat POSTROUTING '{ type nat hook postrouting priority 99; }' && "
        "nft add rule ip nat POSTROUTING oifname eno1 masquerade",
        "nft delete table ip nat", "foreign", "table", "hv:", "changes any",
    ),
    "bridged frames filtered by IP rules": Divergence(
        "sysctl -qw net.bridge.bridge-nf-call-iptables=1", "sysctl -qw net.bridge.bridge-nf-call-iptables=0",
        "foreign", "sysctl", "dmz: {taps",
    ),
    "a second DHCP server": Divergence(
        f'systemd-run --quiet --unit=second python3 -c "{SERVER}" && sleep 1', "systemctl stop second.service",
        "foreign", "dhcp", "lan: {ipv4",
    ),
    "an unknown interface on our bridge": Divergence(
        "ip link add xx type veth peer name yy && ip link set xx master br-lan", "ip link delete xx",
        "foreign", "link", "lan: {taps",
    ),
    "a third-party unit takes our link": Divergence(
        f"cp {UNIT} /etc/systemd/network/00-mine.network && {RELOAD}",
        f"rm /etc/systemd/network/00-mine.network && {RELOAD}", "foreign", "unit", "eno1:",
    ),
}  # fmt: skip
