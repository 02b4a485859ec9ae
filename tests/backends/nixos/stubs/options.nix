# Declarations of the NixOS options that the rendered modules set or read, as in the given release.
release:
let
  types = import ./types.nix;
  inherit (types) attrsOf bool checked enum int lines listOf nullOr port scalar str submodule unitOption;
  sections = import ./sections.nix release;
  nested = builtins.compareVersions release "24.05" <= 0;

  plain = type: default: { inherit type default; };
  required = type: { inherit type; };
  keyed = complaints: { type = checked (attrsOf unitOption) complaints; };

  # An option for a list of sections. Its entries are flat since 24.11, and nested below a key in earlier releases.
  # Each entry is checked like the section of that name.
  repeated = key: complaints:
    let
      value = entry: if nested then entry.${key} else entry;
      shaped = entry:
        if nested then builtins.attrNames entry == [ key ] else !(entry ? ${key});
      fits = entry:
        builtins.isAttrs entry && shaped entry && builtins.all unitOption.check (builtins.attrValues (value entry))
        && (let found = complaints (value entry); in found == [ ] || throw (builtins.toJSON found));
    in
    plain (listOf { name = "section ${key}"; check = fits; }) [ ];

  common = {
    enable = plain bool true;
    matchConfig = required (attrsOf unitOption);
    extraConfig = plain lines "";
  };
  strings = plain (listOf str) [ ];
in
{
  assertions = plain (listOf { name = "assertion"; check = a: builtins.isBool a.assertion && builtins.isString a.message; }) [ ];
  boot.kernel.sysctl = required (attrsOf scalar);
  networking = {
    bridges = required (attrsOf (submodule { interfaces = strings; }));
    dhcpcd.denyInterfaces = strings;
    firewall = {
      enable = plain bool true;
      extraForwardRules = plain lines "";
      extraInputRules = plain lines "";
      interfaces = required (attrsOf (submodule {
        allowedTCPPorts = plain (listOf port) [ ];
        allowedUDPPorts = plain (listOf port) [ ];
      }));
    };
    interfaces = required (attrsOf (submodule {
      useDHCP = plain (nullOr bool) null;
      ipv4.addresses = plain (listOf { name = "address"; check = builtins.isAttrs; }) [ ];
      ipv6.addresses = plain (listOf { name = "address"; check = builtins.isAttrs; }) [ ];
    }));
    nat.enable = plain bool false;
    networkmanager.unmanaged = strings;
    nftables = {
      enable = plain bool false;
      flushRuleset = plain bool false;
      tables = required (attrsOf (submodule {
        enable = plain bool true;
        name = plain (nullOr str) null;
        family = required (enum [ "arp" "bridge" "inet" "ip" "ip6" "netdev" ]);
        content = required lines;
      }));
    };
    useDHCP = plain bool true;
  };
  systemd.services = required (attrsOf (submodule {
    description = required str;
    before = strings;
    wants = strings;
    wantedBy = strings;
    reloadIfChanged = plain bool false;
    serviceConfig = required (attrsOf unitOption);
  }));
  systemd.network = {
    enable = plain bool false;
    netdevs = required (attrsOf (submodule (common // {
      bridgeConfig = keyed sections.netdev.Bridge;
      netdevConfig = keyed sections.netdev.NetDev;
      tapConfig = keyed sections.netdev.Tap;
    })));
    wait-online.anyInterface = plain bool false;
    networks = required (attrsOf (submodule (common // {
      address = strings;
      addresses = repeated "addressConfig" sections.network.Address;
      bridgeConfig = keyed sections.network.Bridge;
      dhcpServerConfig = keyed sections.network.DHCPServer;
      dhcpServerStaticLeases = repeated "dhcpServerStaticLeaseConfig" sections.network.DHCPServerStaticLease;
      dhcpV4Config = keyed sections.network.DHCPv4;
      dns = strings;
      gateway = strings;
      ipv6AcceptRAConfig = keyed sections.network.IPv6AcceptRA;
      ipv6Prefixes = repeated "ipv6PrefixConfig" sections.network.IPv6Prefix;
      ipv6SendRAConfig = keyed sections.network.IPv6SendRA;
      linkConfig = keyed sections.network.Link;
      networkConfig = keyed sections.network.Network;
      routes = repeated "routeConfig" sections.network.Route;
      routingPolicyRules = repeated "routingPolicyRuleConfig" sections.network.RoutingPolicyRule;
    })));
  };
}
