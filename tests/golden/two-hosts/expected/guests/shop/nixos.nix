# Made by taploom for the guest shop; changes belong in the specs.
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
          "05-taploom-east" = {
            address = [
              "10.1.0.136/24"
              "fd12:3456:789a:1::6a05/64"
            ];
            gateway = [
              "10.1.0.1"
              "fd12:3456:789a:1::1"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:07:1d:4d:5f:b4";
            };
            networkConfig = {
              DHCP = "no";
              Domains = "example.org";
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
          id = "vm-shop-east";
          mac = "02:07:1d:4d:5f:b4";
        }
      ];
    })
  ];
}
