# Made by taploom for the guest interface-number-one; changes belong in the specs.
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
          "05-taploom-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1" = {
            address = [
              "10.2.0.151/24"
              "fd12:3456:789a:2::9972/64"
            ];
            gateway = [
              "10.2.0.1"
              "fd12:3456:789a:2::1"
            ];
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:d0:a2:14:6b:88";
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
          id = "vm-interfa-a955";
          mac = "02:d0:a2:14:6b:88";
        }
      ];
    })
  ];
}
