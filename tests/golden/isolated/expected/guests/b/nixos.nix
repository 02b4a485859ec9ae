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
          "05-taploom-apart" = {
            dhcpV4Config.ClientIdentifier = "mac";
            ipv6AcceptRAConfig = {
              DHCPv6Client = "no";
              Token = "eui64";
            };
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:47:42:ac:75:27";
            };
            networkConfig = {
              DHCP = "ipv4";
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
          id = "va-b";
          mac = "02:47:42:ac:75:27";
        }
      ];
    })
  ];
}
