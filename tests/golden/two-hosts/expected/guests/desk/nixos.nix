# Made by taploom for the guest desk; changes belong in the specs.
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
          "05-taploom-west" = {
            address = [
              "10.2.0.97/24"
              "fd12:3456:789a:2::5b9c/64"
            ];
            gateway = [
              "10.2.0.1"
              "fd12:3456:789a:2::1"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:f6:ed:51:ef:63";
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
          id = "vm-desk-west";
          mac = "02:f6:ed:51:ef:63";
        }
      ];
    })
  ];
}
