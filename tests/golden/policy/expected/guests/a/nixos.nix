# Made by taploom for the guest a; changes belong in the specs.
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
          "05-taploom-front" = {
            address = [
              "10.1.0.144/24"
              "fd12:3456:789a:1::8eb7/64"
            ];
            gateway = [
              "10.1.0.1"
              "fd12:3456:789a:1::1"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:e6:8e:61:f6:ce";
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
          id = "vm-a-front";
          mac = "02:e6:8e:61:f6:ce";
        }
      ];
    })
  ];
}
