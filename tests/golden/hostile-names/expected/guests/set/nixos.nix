# Made by taploom for the guest set; changes belong in the specs.
{ lib, options, ... }:
let
  # Priority above the defaults of nixos-generate-config and below the settings of a person.
  prefer = lib.mkOverride 900;
  # Whether repeated sections are flat sets (NixOS 24.11 and later) or nested ones (24.05).
  flat = lib.versionAtLeast lib.trivial.release "24.11";
  # One section of a list, in the shape of this release.
  entry = wrapper: fields: if flat then fields else { ${wrapper} = fields; };
in
{
  config = lib.mkMerge [
    {
      networking.useDHCP = prefer false;
      systemd.network = {
        enable = true;
        networks = {
          "05-taploom-if-a" = {
            address = [ "10.4.0.247/24" ];
            gateway = [ "10.4.0.1" ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:c9:1c:c7:76:bc";
            };
            networkConfig = {
              DHCP = "no";
              IPv6AcceptRA = "no";
              IPv6PrivacyExtensions = "no";
              LinkLocalAddressing = "no";
            };
            routes = map (entry "routeConfig") [
              { Destination = "10.4.0.0/24"; Scope = "link"; Table = "1015517"; }
              { Gateway = "10.4.0.1"; GatewayOnLink = "yes"; Table = "1015517"; }
            ];
            routingPolicyRules = map (entry "routingPolicyRuleConfig") [
              { From = "10.4.0.0/24"; IncomingInterface = "lo"; Priority = 1000; Table = "1015517"; }
            ];
          };
          "05-taploom-inet" = {
            address = [ "fd12:3456:789a:1::db07/64" ];
            dhcpV4Config = {
              ClientIdentifier = "mac";
              UseDNS = "no";
              UseGateway = "no";
            };
            ipv6AcceptRAConfig = {
              DHCPv6Client = "no";
              UseAutonomousPrefix = "no";
              UseOnLinkPrefix = "no";
            };
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:2d:de:73:e3:16";
            };
            networkConfig = {
              DHCP = "ipv4";
              IPv6AcceptRA = "yes";
              IPv6PrivacyExtensions = "no";
              LinkLocalAddressing = "ipv6";
            };
            routes = map (entry "routeConfig") [
              { Destination = "10.1.0.0/24"; Scope = "link"; Table = "1284870"; }
              { Gateway = "10.1.0.1"; GatewayOnLink = "yes"; Table = "1284870"; }
              { Destination = "fd12:3456:789a:1::/64"; Table = "1284870"; }
              { Gateway = "fd12:3456:789a:1::1"; GatewayOnLink = "yes"; Table = "1284870"; }
            ];
            routingPolicyRules = map (entry "routingPolicyRuleConfig") [
              { From = "10.1.0.0/24"; IncomingInterface = "lo"; Priority = 1000; Table = "1284870"; }
              { From = "fd12:3456:789a:1::/64"; IncomingInterface = "lo"; Priority = 1000; Table = "1284870"; }
            ];
          };
        };
      };
    }
    (lib.optionalAttrs (options ? microvm) {
      microvm.interfaces = [
        {
          type = "tap";
          id = "vm-set-if-a";
          mac = "02:c9:1c:c7:76:bc";
        }
        {
          type = "tap";
          id = "vm-set-inet";
          mac = "02:2d:de:73:e3:16";
        }
      ];
    })
  ];
}
