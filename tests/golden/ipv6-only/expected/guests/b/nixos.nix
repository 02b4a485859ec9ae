# Made by taploom for the guest b; changes belong in the specs.
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
          "05-taploom-six" = {
            address = [ "2001:db8:10:6::b/64" ];
            dns = [ "2620:fe::fe" ];
            ipv6AcceptRAConfig = {
              DHCPv6Client = "no";
              UseAutonomousPrefix = "no";
              UseOnLinkPrefix = "no";
            };
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:fc:f7:f6:48:b1";
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
          id = "vm-b-six";
          mac = "02:fc:f7:f6:48:b1";
        }
      ];
    })
  ];
}
