"""The built-in services, pinned here so that the /etc/services of a machine cannot change a plan.

The numbers are from the IANA registries of service names, protocol numbers, and ICMP and ICMPv6 types.
"""

from taploom.plan.policy import Service

PORT_PROTOCOLS = ("tcp", "udp", "sctp", "dccp", "udplite")
"""Protocols whose header begins with source and destination port."""

PROTOCOLS = {"ah": 51, "esp": 50, "gre": 47, "igmp": 2, "ospf": 89, "vrrp": 112, "ipip": 4, "pim": 103, "l2tp": 115}
"""Numbers of protocols without ports, by name."""

ICMP_TYPES = {
    "icmp": {
        "echo-reply": 0, "destination-unreachable": 3, "redirect": 5, "echo-request": 8, "router-advertisement": 9,
        "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12, "timestamp-request": 13,
        "timestamp-reply": 14,
    },
    "icmpv6": {
        "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
        "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
        "mld-listener-done": 132, "nd-router-solicit": 133, "nd-router-advert": 134, "nd-neighbor-solicit": 135,
        "nd-neighbor-advert": 136, "nd-redirect": 137, "mld2-listener-report": 143,
    },
}  # fmt: skip
"""Numbers of ICMP types, by protocol and by the name that nft(8) uses."""

BEGINNING = {"icmp": frozenset((8, 13, 15, 17)), "icmpv6": frozenset((128, *range(130, 137), 139, 143, 151, 152))}
"""ICMP types that can begin a flow: requests, and the ICMPv6 types of neighbour and multicast discovery.

Linux does not track the latter. It classifies every other type as invalid, unless the packet belongs to a connection,
as a reply to its request or as an error about it (`valid_new` and `noct_valid_new` of nf_conntrack_proto_icmp.c and
nf_conntrack_proto_icmpv6.c; seen with 6.18). Older kernels classify 151 and 152, which discover multicast routers, as
invalid, too.
"""


def begins(service: Service) -> bool:
    """Whether a packet of a service can be the first packet of a flow."""
    types = BEGINNING.get(service.protocol)
    return types is None or any(service.first <= number <= service.last for number in types)


def _both(port: int) -> tuple[Service, ...]:
    return (Service("tcp", port, port), Service("udp", port, port))


def _tcp(*ports: int) -> tuple[Service, ...]:
    return tuple(Service("tcp", port, port) for port in ports)


def _udp(*ports: int) -> tuple[Service, ...]:
    return tuple(Service("udp", port, port) for port in ports)


BUILT_IN: dict[str, tuple[Service, ...]] = {
    "any": (),
    "amqp": _tcp(5672),
    "bgp": _tcp(179),
    "dns": _both(53),
    "dns-tls": _tcp(853),
    "docker-registry": _tcp(5000),
    "elasticsearch": _tcp(9200),
    "ftp": _tcp(21),
    "git": _tcp(9418),
    "grafana": _tcp(3000),
    "http": _tcp(80),
    "http-alt": _tcp(8080),
    "http3": _udp(443),
    "https": _tcp(443),
    "imap": _tcp(143),
    "imaps": _tcp(993),
    "ipsec": (Service("esp", 0, 65535), *_udp(500, 4500)),
    "iperf": _both(5201),
    "kerberos": _both(88),
    "ldap": _tcp(389),
    "ldaps": _tcp(636),
    "mosh": (Service("udp", 60000, 61000),),
    "mqtt": _tcp(1883),
    "mqtts": _tcp(8883),
    "mysql": _tcp(3306),
    "nfs": _tcp(2049),
    "node-exporter": _tcp(9100),
    "ntp": _udp(123),
    "openvpn": _both(1194),
    "ping": (Service("icmp", 8, 8), Service("icmpv6", 128, 128)),
    "pop3": _tcp(110),
    "pop3s": _tcp(995),
    "postgresql": _tcp(5432),
    "prometheus": _tcp(9090),
    "rdp": _both(3389),
    "redis": _tcp(6379),
    "rsync": _tcp(873),
    "sip": _both(5060),
    "smb": _tcp(445),
    "smtp": _tcp(25),
    "smtps": _tcp(465),
    "snmp": _udp(161),
    "ssh": _tcp(22),
    "submission": _tcp(587),
    "syslog": _udp(514),
    "syslog-tls": _tcp(6514),
    "tftp": _udp(69),
    "traceroute": (Service("udp", 33434, 33534),),
    "vnc": (Service("tcp", 5900, 5999),),
    "whois": _tcp(43),
    "wireguard": _udp(51820),
    "xmpp": _tcp(5222, 5269),
}
"""Services by name; `any` is every protocol."""
