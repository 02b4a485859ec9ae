"""Rules that the passes check; a rule that can be checked on the finished plan is in `taploom.checks` instead."""

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

LOCK_SYNTAX = DiagnosticRule(
    "TL301",
    "lock-syntax",
    Severity.ERROR,
    "Each line of the lock is `guest/NAME NETWORK ipv4|ipv6|mac VALUE`, with `freed` at its end if the NIC is gone.",
    "If taploom ignored a lock that it cannot read, it would allocate every address anew and renumber the site.",
    "Restore the line from git, or delete it and run `taploom lock`; in a merge conflict keep both sides.",
)
LOCK_LACKS = DiagnosticRule(
    "TL302",
    "lock-incomplete",
    Severity.ERROR,
    "The lock contains every `auto` address and MAC.",
    "An address that is chosen anew on each run could change from run to run without a review.",
    "Run `taploom lock` and commit `taploom.lock`.",
)
LOCK_COLLISION = DiagnosticRule(
    "TL303",
    "lock-collision",
    Severity.ERROR,
    "No two entries of the lock hold the same address or MAC.",
    "Two branches that each added a guest may have picked the same address; after a merge, both guests would use it.",
    "Delete the younger of the two lines and run `taploom lock`; the other guest keeps its address.",
)
POOL_EXHAUSTED = DiagnosticRule(
    "TL304",
    "addresses-exhausted",
    Severity.ERROR,
    "A network has room for the guests that take their address from the lock.",
    "Every address is the gateway's, in the DHCP pool, given to a guest, or reserved by a `freed` entry of the lock.",
    "Widen the network, shrink its DHCP pool, or run `taploom lock --prune` to remove `freed` entries.",
)
LOCK_STALE = DiagnosticRule(
    "TL305",
    "lock-off-network",
    Severity.ERROR,
    "Each address of the lock lies in the network of its entry.",
    "The network was renumbered after the address was taken; a guest with the old address reaches nobody.",
    "Run `taploom lock`: it moves the guests of this network to new addresses, which is a renumbering to review.",
)
NETWORK_TWICE = DiagnosticRule(
    "TL501",
    "network-on-two-hosts",
    Severity.ERROR,
    "A network is a bridge on one host only.",
    "Both bridges would have the same gateway address, and guests of one bridge could not reach guests of the other.",
    "Declare a network for each host; give these networks one zone if policy should treat them as one.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n  hv2: {networks: {lan: {}}}\n",
    good="networks:\n  lan1: {zone: lan, ipv4: 10.0.0.1/24}\n  lan2: {zone: lan, ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan1: {}}}\n  hv2: {networks: {lan2: {}}}\n",
)
NETWORK_ABSENT = DiagnosticRule(
    "TL502",
    "network-not-on-host",
    Severity.ERROR,
    "The host of a guest has a bridge for each network of the guest.",
    "The TAP of the guest would have no bridge to join.",
    "Add the network to the host's `networks`, or move the guest.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {}\nguests:\n  web: {host: hv1, nics: {lan: {}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\n",
)
FAMILY_ABSENT = DiagnosticRule(
    "TL401",
    "family-absent",
    Severity.ERROR,
    "A NIC has only address families of its network, `dhcp` only where DHCP is on, and `slaac` only where RA is on.",
    "The guest would wait for an address that no server assigns, or use one that no host routes.",
    "Give the network the family, `dhcp: true` or `ra: true`, or change the NIC.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n  hv1: {networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: dhcp}}}\n",
)
TWO_GATEWAYS = DiagnosticRule(
    "TL503",
    "two-default-routes",
    Severity.ERROR,
    "At most one NIC of a guest says `gateway: true`.",
    "With two default routes, the guest's replies could leave through either NIC.",
    "Keep `gateway: true` on one NIC.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {gateway: true}, dmz: {gateway: true}}}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n  dmz: {ipv4: 10.0.1.1/24}\n"
    "hosts:\n  hv1: {networks: {lan: {}, dmz: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {gateway: true}, dmz: {}}}\n",
)
FORWARD_NOWHERE = DiagnosticRule(
    "TL601",
    "forward-to-nowhere",
    Severity.ERROR,
    "The guest of a forward is on the host that listens, and has a known address in a family of the uplink.",
    "The connection would be translated to an address that the host cannot reach.",
    "Let the guest's own host listen, or give the guest a fixed or `auto` address.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: dhcp}}}\nforwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24, dhcp: true}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {ipv4: auto}}}\nforwards:\n  web: {on: hv1, ports: tcp/443, to: web}\n",
)
FORWARD_PORTS = DiagnosticRule(
    "TL602",
    "forward-ports",
    Severity.ERROR,
    "The ports of a forward belong to a protocol with ports; `to-port` is one port, or a range of equal length.",
    "Only TCP, UDP and similar protocols have ports, and each outside port must lead to exactly one inside port.",
    "Use `tcp/…` or `udp/…`; write `to-port` as a range of equal length, or as its first port.",
    bad="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\nforwards:\n  web: {on: hv1, ports: ping, to: web}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  web: {host: hv1, nics: {lan: {}}}\nforwards:\n  web: {on: hv1, ports: https, to: web}\n",
)
FORWARD_BESIDE = DiagnosticRule(
    "TL622",
    "forward-to-no-guest",
    Severity.ERROR,
    "A forward leads to a guest.",
    "A forward to a port of the host itself, or to a machine that is not a guest, is not supported yet.",
    "For a port of the host, let its service listen at the outside port, and allow it in policy with `to: host/NAME`. "
    "For another machine, forward to a guest that relays connections, such as a reverse proxy, and allow the guest to "
    "reach the machine.",
    bad="addresses:\n  nas: 192.168.20.9\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}}\n"
    "forwards:\n  nas: {on: hv1, ports: tcp/5001, to: nas}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    "guests:\n  proxy: {host: hv1, nics: {lan: {}}}\nforwards:\n  nas: {on: hv1, ports: tcp/5001, to: proxy}\n",
)
IDLE_WAIVER = DiagnosticRule(
    "TL213",
    "idle-waiver",
    Severity.WARNING,
    "A waiver accepts a finding that exists.",
    "A waiver that outlives its finding would silently accept the next finding of the same kind.",
    "Remove the waiver. Errors cannot be waived.",
    bad="waivers:\n  old: {code: TL604, on: forward/gone, reason: it was a public web server}\n",
    good="networks:\n  lan: {ipv4: 10.0.0.1/24}\n"
    "waivers:\n  later: {code: TL513, on: network/lan, reason: the host comes next week}\n",
)

RULES = (
    IDLE_WAIVER,
    LOCK_SYNTAX,
    LOCK_LACKS,
    LOCK_COLLISION,
    POOL_EXHAUSTED,
    LOCK_STALE,
    FAMILY_ABSENT,
    NETWORK_TWICE,
    NETWORK_ABSENT,
    TWO_GATEWAYS,
    FORWARD_NOWHERE,
    FORWARD_PORTS,
    FORWARD_BESIDE,
)
