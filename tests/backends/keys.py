"""Version of systemd that introduced each key of units, from systemd.network(5) and systemd.netdev(5) of version 262.

Those pages omit removed keys, so every key of this table still exists in 262. If they give no version for a key, the
table says 252, the version in which the key was tested.
"""

from taploom.backends.units.tree import UnitKind

NETDEV = {
    "NetDev": {"Name": 211, "Kind": 211, "MACAddress": 215},
    "Tap": {"User": 215},
}
NETWORK = {
    "Match": {"Name": 211, "Kind": 251, "MACAddress": 250},
    "Link": {"MTUBytes": 218, "RequiredForOnline": 252},
    "Network": {
        "DHCP": 211, "DHCPServer": 215, "LinkLocalAddressing": 219, "LLMNR": 216, "MulticastDNS": 229, "Address": 211,
        "Gateway": 211, "DNS": 211, "Domains": 216, "IPv6PrivacyExtensions": 222, "IPv6AcceptRA": 231,
        "IPv6SendRA": 247, "Bridge": 211, "ConfigureWithoutCarrier": 235,
    },
    "Address": {"Address": 211, "DuplicateAddressDetection": 232},
    "Route": {"Gateway": 211, "GatewayOnLink": 234, "Destination": 211, "Metric": 216, "Scope": 217, "Table": 230},
    "RoutingPolicyRule": {"From": 235, "IncomingInterface": 235, "Table": 235, "Priority": 235},
    "DHCPv4": {"ClientIdentifier": 220, "UseDNS": 211, "UseGateway": 246, "RouteMetric": 217},
    "DHCPv6": {"UseDNS": 243},
    "IPv6AcceptRA": {
        "Token": 250, "UseDNS": 231, "UseGateway": 250, "UseAutonomousPrefix": 242, "UseOnLinkPrefix": 242,
        "DHCPv6Client": 246, "RouteMetric": 249,
    },
    "DHCPServer": {
        "PoolOffset": 226, "PoolSize": 226, "DefaultLeaseTimeSec": 226, "MaxLeaseTimeSec": 226, "EmitDNS": 226,
        "DNS": 226, "SendOption": 244, "PersistLeases": 256,
    },
    "DHCPServerStaticLease": {"MACAddress": 249, "Address": 249},
    "IPv6SendRA": {"EmitDNS": 235, "DNS": 235, "EmitDomains": 235, "Domains": 235},
    "IPv6Prefix": {"Prefix": 235, "AddressAutoconfiguration": 235},
    "Bridge": {"Isolated": 251},
}  # fmt: skip
SINCE = {UnitKind.NETDEV: NETDEV, UnitKind.NETWORK: NETWORK}
