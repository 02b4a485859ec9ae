# The checks that NixOS applies to sections of units, in the tested releases: known keys and allowed values. Only the
# keys that a network of bridges can use are listed; like NixOS, the stub refuses every other key.
release:
let
  inherit (builtins) all attrNames compareVersions concatMap elem filter isInt isString map match stringLength;
  since = wanted: list: if compareVersions release wanted >= 0 then list else [ ];
  until = wanted: list: if compareVersions release wanted <= 0 then list else [ ];

  switch = value: elem value [ true false "yes" "no" ];
  word = values: value: elem value values;
  # Until 24.05, two keys of [Network] accepted a switch only as the word "yes" or "no".
  tristate = values: value: word ([ "yes" "no" ] ++ values) value || (compareVersions release "24.11" >= 0 && switch value);
  bytes = value: (isString value && match "[0-9]+[KMGT]?" value != null) || (isInt value && compareVersions release "24.11" >= 0);
  mac = value: isString value && stringLength value == 17 && match "([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}" value != null;
  between = low: high: value: isInt value && low <= value && value <= high;

  section = name: { keys, needs ? [ ], checks ? { } }: values:
    map (key: "${name} has an extra field ${key}") (filter (key: !(elem key keys)) (attrNames values))
    ++ map (key: "${name} lacks ${key}") (filter (key: !(values ? ${key})) needs)
    ++ map (key: "${name} cannot have this value of ${key}") (filter (key: values ? ${key} && !(checks.${key} values.${key})) (attrNames checks));
in
{
  netdev = {
    NetDev = section "NetDev" {
      keys = [ "Description" "Kind" "MACAddress" "MTUBytes" "Name" ];
      needs = [ "Kind" "Name" ];
      checks = { Kind = word [ "bridge" "tap" "veth" "vlan" ]; MACAddress = mac; MTUBytes = bytes; };
    };
    Tap = section "Tap" {
      keys = [ "Group" "MultiQueue" "PacketInfo" "User" "VNetHeader" ];
      checks = { MultiQueue = switch; PacketInfo = switch; VNetHeader = switch; };
    };
    Bridge = section "Bridge" { keys = [ "AgeingTimeSec" "ForwardDelaySec" "STP" "VLANFiltering" ]; };
  };
  network = {
    Link = section "Link" {
      keys = [ "ARP" "ActivationPolicy" "MACAddress" "MTUBytes" "RequiredFamilyForOnline" "RequiredForOnline" "Unmanaged" ];
      checks = {
        MACAddress = mac;
        MTUBytes = bytes;
        RequiredForOnline = value: switch value || word [ "carrier" "degraded" "no-carrier" "routable" ] value;
        Unmanaged = switch;
      };
    };
    Network = section "Network" {
      keys = [
        "Address" "Bridge" "ConfigureWithoutCarrier" "DHCP" "DHCPServer" "DNS" "Domains" "Gateway" "IPMasquerade"
        "IPv6AcceptRA" "IPv6PrivacyExtensions" "IPv6SendRA" "IgnoreCarrierLoss" "KeepConfiguration" "LLMNR"
        "IPv6ProxyNDPAddress" "LinkLocalAddressing" "MulticastDNS"
      ] ++ until "24.05" [ "IPForward" ] ++ since "24.11" [ "IPv4Forwarding" "IPv6Forwarding" ];
      checks = {
        ConfigureWithoutCarrier = switch;
        DHCP = tristate [ "ipv4" "ipv6" ];
        DHCPServer = switch;
        IPv6AcceptRA = switch;
        IPv6PrivacyExtensions = value: switch value || word [ "kernel" "prefer-public" ] value;
        IPv6SendRA = switch;
        LLMNR = value: switch value || value == "resolve";
        LinkLocalAddressing = tristate [ "ipv4" "ipv6" ];
        MulticastDNS = value: switch value || value == "resolve";
      };
    };
    Address = section "Address" {
      keys = [ "Address" "AddPrefixRoute" "DuplicateAddressDetection" "Label" "Peer" "RouteMetric" "Scope" ];
      needs = [ "Address" ];
      checks = {
        AddPrefixRoute = switch;
        DuplicateAddressDetection = word [ "both" "ipv4" "ipv6" "none" ];
        RouteMetric = isInt;
      };
    };
    Route = section "Route" {
      keys = [ "Destination" "Gateway" "GatewayOnLink" "Metric" "PreferredSource" "Scope" "Source" "Table" "Type" ];
      checks = { GatewayOnLink = switch; Metric = isInt; };
    };
    RoutingPolicyRule = section "RoutingPolicyRule" {
      keys = [
        "DestinationPort" "Family" "FirewallMark" "From" "IPProtocol" "IncomingInterface" "InvertRule"
        "OutgoingInterface" "Priority" "SourcePort" "SuppressPrefixLength" "Table" "To" "Type" "TypeOfService" "User"
      ];
      checks = { Priority = isInt; };
    };
    DHCPv4 = section "DHCPv4" {
      keys = [ "ClientIdentifier" "RouteMetric" "SendHostname" "UseDNS" "UseDomains" "UseGateway" "UseMTU" "UseRoutes" ];
      checks = {
        ClientIdentifier = word [ "duid" "mac" ];
        RouteMetric = isInt;
        UseDNS = switch;
        UseGateway = switch;
        UseRoutes = switch;
      };
    };
    IPv6AcceptRA = section "IPv6AcceptRA" {
      keys = [
        "DHCPv6Client" "RouteMetric" "Token" "UseAutonomousPrefix" "UseDNS" "UseDomains" "UseGateway" "UseMTU"
        "UseOnLinkPrefix" "UseRoutePrefix"
      ];
      checks = {
        DHCPv6Client = value: switch value || value == "always";
        UseAutonomousPrefix = switch;
        UseDNS = switch;
        UseGateway = switch;
        UseOnLinkPrefix = switch;
      };
    };
    DHCPServer = section "DHCPServer" {
      keys = [
        "DNS" "DefaultLeaseTimeSec" "EmitDNS" "EmitNTP" "EmitRouter" "MaxLeaseTimeSec" "NTP" "PoolOffset" "PoolSize"
        "Router" "SendOption" "ServerAddress" "UplinkInterface"
      ] ++ since "25.05" [ "PersistLeases" ];
      checks = {
        EmitDNS = switch;
        EmitRouter = switch;
        PersistLeases = switch;
        PoolOffset = between 0 4294967295;
        PoolSize = between 0 4294967295;
      };
    };
    DHCPServerStaticLease = section "DHCPServerStaticLease" {
      keys = [ "Address" "MACAddress" ] ++ since "26.05" [ "Hostname" ];
      needs = [ "Address" "MACAddress" ];
      checks.MACAddress = mac;
    };
    IPv6SendRA = section "IPv6SendRA" {
      keys = [
        "DNS" "DNSLifetimeSec" "Domains" "EmitDNS" "EmitDomains" "Managed" "OtherInformation" "RouterLifetimeSec"
        "RouterPreference" "UplinkInterface"
      ];
      checks = { EmitDNS = switch; EmitDomains = switch; Managed = switch; OtherInformation = switch; };
    };
    IPv6Prefix = section "IPv6Prefix" {
      keys = [ "AddressAutoconfiguration" "Assign" "OnLink" "PreferredLifetimeSec" "Prefix" "Token" "ValidLifetimeSec" ];
      checks = { AddressAutoconfiguration = switch; OnLink = switch; };
    };
    Bridge = section "Bridge" {
      keys = [ "Cost" "HairPin" "Isolated" "Learning" "MulticastFlood" "NeighborSuppression" "Priority" "UnicastFlood" ];
      checks = {
        Cost = between 1 65535;
        HairPin = switch;
        Isolated = switch;
        Learning = switch;
        NeighborSuppression = switch;
        Priority = between 0 63;
      };
    };
  };
}
