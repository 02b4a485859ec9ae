# Made by taploom for the guest c; changes belong in the specs.
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
          "05-taploom-back" = {
            address = [
              "10.2.0.192/24"
              "fd12:3456:789a:2::5a81/64"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:52:6a:48:e5:c0";
            };
            networkConfig = {
              DHCP = "no";
              IPv6AcceptRA = "no";
              IPv6PrivacyExtensions = "no";
              LinkLocalAddressing = "ipv6";
            };
            routes = map (entry "routeConfig") [
              { Destination = "10.2.0.0/24"; Scope = "link"; Table = "1246914"; }
              { Gateway = "10.2.0.1"; GatewayOnLink = "yes"; Table = "1246914"; }
              { Destination = "fd12:3456:789a:2::/64"; Table = "1246914"; }
              { Gateway = "fd12:3456:789a:2::1"; GatewayOnLink = "yes"; Table = "1246914"; }
            ];
            routingPolicyRules = map (entry "routingPolicyRuleConfig") [
              { From = "10.2.0.0/24"; IncomingInterface = "lo"; Priority = 1000; Table = "1246914"; }
              { From = "fd12:3456:789a:2::/64"; IncomingInterface = "lo"; Priority = 1000; Table = "1246914"; }
            ];
          };
          "05-taploom-front" = {
            address = [
              "10.1.0.157/24"
              "fd12:3456:789a:1::3149/64"
            ];
            gateway = [
              "10.1.0.1"
              "fd12:3456:789a:1::1"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:fb:1e:68:29:b6";
            };
            networkConfig = {
              DHCP = "no";
              IPv6AcceptRA = "no";
              IPv6PrivacyExtensions = "no";
              LinkLocalAddressing = "ipv6";
            };
            routes = map (entry "routeConfig") [
              { Destination = "10.1.0.0/24"; Scope = "link"; Table = "1186582"; }
              { Gateway = "10.1.0.1"; GatewayOnLink = "yes"; Table = "1186582"; }
              { Destination = "fd12:3456:789a:1::/64"; Table = "1186582"; }
              { Gateway = "fd12:3456:789a:1::1"; GatewayOnLink = "yes"; Table = "1186582"; }
            ];
            routingPolicyRules = map (entry "routingPolicyRuleConfig") [
              { From = "10.1.0.0/24"; IncomingInterface = "lo"; Priority = 1000; Table = "1186582"; }
              { From = "fd12:3456:789a:1::/64"; IncomingInterface = "lo"; Priority = 1000; Table = "1186582"; }
            ];
          };
        };
      };
    }
    (lib.optionalAttrs (options ? microvm) {
      microvm.interfaces = [
        {
          type = "tap";
          id = "vm-c-back";
          mac = "02:52:6a:48:e5:c0";
        }
        {
          type = "tap";
          id = "vm-c-front";
          mac = "02:fb:1e:68:29:b6";
        }
      ];
    })
  ];
}
