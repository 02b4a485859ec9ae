# Renders units from options as NixOS does: sorted keys, booleans as true and false, `extraConfig` at the end.
network:
let
  inherit (builtins) attrNames concatLists concatStringsSep isBool isList listToAttrs map toString;

  value = v: if isBool v then (if v then "true" else "false") else toString v;
  lines = set: concatLists (map (key: map (v: "${key}=${value v}") (if isList set.${key} then set.${key} else [ set.${key} ])) (attrNames set));
  section = name: set: more: if set == { } && more == [ ] then [ ] else [ "[${name}]" ] ++ lines set ++ more;
  inside = key: entry: entry.${key} or entry;
  repeated = name: key: list: concatLists (map (entry: section name (inside key entry) [ ]) list);
  each = key: map (v: "${key}=${v}");
  file = suffix: text: unit: name: { name = "${name}.${suffix}"; value = concatStringsSep "\n" (text unit.${name} ++ [ unit.${name}.extraConfig ]); };
  files = suffix: text: units: map (file suffix text units) (attrNames units);

  netdev = u: section "Match" u.matchConfig [ ] ++ section "NetDev" u.netdevConfig [ ] ++ section "Bridge" u.bridgeConfig [ ] ++ section "Tap" u.tapConfig [ ];
  network' = u:
    section "Match" u.matchConfig [ ]
    ++ section "Link" u.linkConfig [ ]
    ++ section "Network" u.networkConfig (each "Address" u.address ++ each "Gateway" u.gateway ++ each "DNS" u.dns)
    ++ repeated "Address" "addressConfig" u.addresses
    ++ repeated "Route" "routeConfig" u.routes
    ++ repeated "RoutingPolicyRule" "routingPolicyRuleConfig" u.routingPolicyRules
    ++ section "DHCPv4" u.dhcpV4Config [ ]
    ++ section "IPv6AcceptRA" u.ipv6AcceptRAConfig [ ]
    ++ section "DHCPServer" u.dhcpServerConfig [ ]
    ++ section "IPv6SendRA" u.ipv6SendRAConfig [ ]
    ++ repeated "IPv6Prefix" "ipv6PrefixConfig" u.ipv6Prefixes
    ++ repeated "DHCPServerStaticLease" "dhcpServerStaticLeaseConfig" u.dhcpServerStaticLeases
    ++ section "Bridge" u.bridgeConfig [ ];
in
listToAttrs (files "netdev" netdev network.netdevs ++ files "network" network' network.networks)
