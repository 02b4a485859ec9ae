# Made by taploom for the guest https-reverse-proxy; changes belong in the specs.
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
          "05-taploom-microvm" = {
            address = [ "fd12:3456:789a::76bc/64" ];
            dhcpV4Config.ClientIdentifier = "mac";
            ipv6AcceptRAConfig = {
              DHCPv6Client = "no";
              UseAutonomousPrefix = "no";
              UseOnLinkPrefix = "no";
            };
            linkConfig.MTUBytes = "1500";
            matchConfig = {
              Kind = "!bond bridge ipvlan ipvtap macsec macvlan macvtap team vlan vrf";
              MACAddress = "02:93:da:41:b4:1a";
            };
            networkConfig = {
              DHCP = "ipv4";
              Domains = "vm.example.org";
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
          id = "vm-https-r-54e3";
          mac = "02:93:da:41:b4:1a";
        }
      ];
    })
  ];
}
