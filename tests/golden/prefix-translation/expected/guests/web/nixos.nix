# Made by taploom for the guest web; changes belong in the specs.
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
          "05-taploom-lan" = {
            address = [
              "10.0.0.117/24"
              "fd12:3456:789a::80/64"
            ];
            gateway = [ "10.0.0.1" ];
            ipv6AcceptRAConfig = {
              DHCPv6Client = "no";
              UseAutonomousPrefix = "no";
              UseOnLinkPrefix = "no";
            };
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:d3:e8:6f:e8:75";
            };
            networkConfig = {
              DHCP = "no";
              IPv6AcceptRA = "yes";
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
          id = "vm-web-lan";
          mac = "02:d3:e8:6f:e8:75";
        }
      ];
    })
  ];
}
