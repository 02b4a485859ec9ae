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
            address = [ "fd12:3456:789a::52c7/64" ];
            dhcpV4Config.ClientIdentifier = "mac";
            ipv6AcceptRAConfig = {
              DHCPv6Client = "no";
              UseAutonomousPrefix = "no";
              UseOnLinkPrefix = "no";
            };
            linkConfig.MTUBytes = "9000";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:d3:e8:6f:e8:75";
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
          id = "web0";
          mac = "02:d3:e8:6f:e8:75";
        }
      ];
    })
  ];
}
