# Made by taploom for the guest interface-number-two; changes belong in the specs.
{ lib, options, ... }:
let
  # Priority above the defaults of nixos-generate-config and below the settings of a person.
  prefer = lib.mkOverride 900;
in
{
  config = lib.mkMerge [
    {
      networking.useDHCP = prefer false;
      systemd.network = {
        enable = true;
        networks = {
          "05-taploom-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2" = {
            address = [
              "10.3.0.43/24"
              "fd12:3456:789a:3::7bfe/64"
            ];
            gateway = [
              "10.3.0.1"
              "fd12:3456:789a:3::1"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:f0:63:f5:ea:fc";
            };
            networkConfig = {
              DHCP = "no";
              IPv6AcceptRA = "no";
              IPv6PrivacyExtensions = "no";
              LinkLocalAddressing = "ipv6";
            };
          };
        };
      };
    }
    (lib.optionalAttrs (options ? microvm) {
      microvm.interfaces = [
        {
          type = "tap";
          id = "vm-interfa-8220";
          mac = "02:f0:63:f5:ea:fc";
        }
      ];
    })
  ];
}
