# Made by taploom for the host hv; changes belong in the specs.
{ config, lib, ... }:
let
  # Whether repeated sections are flat sets (NixOS 24.11 and later) or nested ones (24.05).
  flat = lib.versionAtLeast lib.trivial.release "24.11";
  # One section of a list, in the shape of this release.
  entry = wrapper: fields: if flat then fields else { ${wrapper} = fields; };
  # Priority above the defaults of nixos-generate-config and below the settings of a person.
  prefer = lib.mkOverride 900;
  # The priority with which networking.nat sets the same keys, so that equal values do not conflict.
  rank = lib.mkOverride 99;
  # Whether no other option gives one of these links an address or makes a bridge of its name.
  unclaimed = lib.all (
    name:
    let
      link = config.networking.interfaces.${name} or { };
    in
    !(config.networking.bridges ? ${name})
    && (link.useDHCP or null) != true
    && (link.ipv4.addresses or [ ]) == [ ]
    && (link.ipv6.addresses or [ ]) == [ ]
  );
  # Units not from taploom that networkd tries first for the same links, or that attach our TAPs to another bridge.
  rivals = let
    inherit (config.systemd.network) networks;
    isOurs = lib.hasInfix "-taploom-";
    ours = builtins.filter isOurs (builtins.attrNames networks);
    others = builtins.filter (unit: !(isOurs unit) && networks.${unit}.enable) (builtins.attrNames networks);
    names = unit: lib.concatMap (lib.splitString " ") (lib.toList (networks.${unit}.matchConfig.Name or "*"));
    head = name: builtins.head (builtins.split "[!*?[]" name);
    covers = one: two: one == two || (head one != one && lib.hasPrefix (head one) (head two));
    meet = one: two: lib.any (a: lib.any (b: covers a b || covers b a) (names two)) (names one);
    joins = unit: networks.${unit}.networkConfig ? Bridge || (networks.${unit}.bridge or [ ]) != [ ];
    rival = other: our: meet other our && (other < our || (joins other && joins our));
  in
  builtins.filter (other: lib.any (rival other) ours) others;
in
{
  assertions = [
    {
      assertion = lib.versionAtLeast lib.trivial.release "24.05";
      message = "taploom: this module needs NixOS 24.05 or later.";
    }
    {
      assertion = config.systemd.network.enable;
      message = "taploom: systemd.network.enable is off; without it no bridge and no uplink of this host comes up.";
    }
    {
      assertion = config.networking.nftables.enable;
      message = "taploom: networking.nftables.enable is off; without it this host neither filters nor translates.";
    }
    {
      assertion = !config.networking.nat.enable;
      message = "taploom: networking.nat.enable is on; it would translate packets that this host's ruleset translates already. Turn it off, and declare its translations in the specs.";
    }
    {
      assertion = unclaimed [
        "br-lan"
        "eth0"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of br-lan, eth0. Remove it there.";
    }
    {
      assertion = rivals == [ ];
      message = "taploom: systemd.network.networks has units that match links of this module, or attach its TAPs to another bridge: ${lib.concatStringsSep ", " rivals}. Remove them, narrow their matchConfig.Name, or name them so that they sort after the units of taploom.";
    }
  ];
  boot.kernel.sysctl = {
    "net.ipv6.conf.all.forwarding" = rank true;
    "net.ipv6.conf.eth0.accept_ra" = rank 2;
  };
  networking = {
    dhcpcd.denyInterfaces = [
      "br-lan"
      "eth0"
      "vm-*"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "br-lan" accept
        oifname "br-lan" accept
      '';
    };
    networkmanager.unmanaged = [
      "interface-name:br-lan"
      "interface-name:eth0"
      "interface-name:vm-*"
    ];
    nftables = {
      enable = true;
      tables = {
        taploom-bridge = {
          family = "bridge";
          name = "taploom";
          content = ''
            counter drop_spoof { }
            set bind_ipv6 {
            	type ifname . ipv6_addr
            	elements = {
            		"vm-web" . fd12:3456:789a::10,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"vm-web" . 02:00:00:00:00:10,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"vm-web" . 0xfd123456789a00000000000000000010,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		fd12:3456:789a::1,
            		fd12:3456:789a::10,
            		fe80::14ea:f5ff:febd:b1f,
            	}
            }
            set owned_mac {
            	type ether_addr
            	elements = {
            		02:00:00:00:00:10,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0xfd123456789a00000000000000000001,
            		0xfd123456789a00000000000000000010,
            		0xfe8000000000000014eaf5fffebd0b1f,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"vm-web",
            	}
            }
            set ports_strangers {
            	type ifname
            	flags interval
            	elements = {
            		"vm-*",
            	}
            }
            chain prerouting {
            	type filter hook prerouting priority -300; policy accept;
            	iifname @ports_guarded goto guard_port
            	iifname @ports_strangers goto guard_stranger
            }
            chain guard_arp {
            	iifname . arp saddr ether != @bind_mac counter name drop_spoof drop
            	arp saddr ip 0.0.0.0 accept comment "implied/arp"
            	counter name drop_spoof drop
            }
            chain guard_claim {
            	@th,64,128 @owned_target counter name drop_spoof drop
            }
            chain guard_ipv4 {
            	ip saddr 0.0.0.0 meta l4proto udp th sport . th dport { 68 . 67 } accept comment "implied/dhcp"
            	meta l4proto udp th sport 67 counter name drop_spoof drop
            	counter name drop_spoof drop
            }
            chain guard_ipv6 {
            	icmpv6 type { nd-router-advert, nd-redirect } counter name drop_spoof drop
            	meta l4proto udp th sport 547 counter name drop_spoof drop
            	icmpv6 type nd-neighbor-advert jump guard_target
            	ip6 saddr :: icmpv6 type nd-neighbor-solicit jump guard_target
            	ip6 saddr :: icmpv6 type nd-neighbor-solicit accept comment "implied/nd"
            	ip6 saddr :: icmpv6 type { mld-listener-report, mld-listener-done, nd-router-solicit, mld2-listener-report } accept comment "implied/nd"
            	ip6 saddr fe80::/64 ip6 saddr != @owned_ipv6 accept comment "implied/nd"
            	iifname . ip6 saddr @bind_ipv6 accept
            	counter name drop_spoof drop
            }
            chain guard_port {
            	iifname . ether saddr != @bind_mac counter name drop_spoof drop
            	ether type arp goto guard_arp
            	ether type ip goto guard_ipv4
            	ether type ip6 goto guard_ipv6
            	counter name drop_spoof drop
            }
            chain guard_stranger {
            	ether saddr @owned_mac counter name drop_spoof drop
            	arp saddr ether @owned_mac counter name drop_spoof drop
            	ip6 saddr @owned_ipv6 counter name drop_spoof drop
            	icmpv6 type nd-neighbor-advert jump guard_claim
            	icmpv6 type { nd-router-advert, nd-redirect } counter name drop_spoof drop
            	meta l4proto udp th sport 67 counter name drop_spoof drop
            	meta l4proto udp th sport 547 counter name drop_spoof drop
            	ether type { arp, ip, ip6 } accept
            	counter name drop_spoof drop
            }
            chain guard_target {
            	@th,64,128 0xfe800000000000000000000000000000-0xfe80000000000000ffffffffffffffff @th,64,128 != @owned_target return comment "implied/nd"
            	iifname . @th,64,128 @bind_target return
            	counter name drop_spoof drop
            }
          '';
        };
        taploom = {
          family = "inet";
          name = "taploom";
          content = ''
            counter drop_bogon { }
            counter drop_forward { }
            counter drop_input { }
            counter drop_invalid { }
            counter drop_rpf { }
            set allow_other_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:f::/48 . ::/0 . 22 comment "policy/admin",
            	}
            }
            set allow_zone-internet_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:f::/48 . ::/0 . 22 comment "policy/admin",
            	}
            }
            set bogon_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		0.0.0.0/8,
            		127.0.0.0/8,
            		224.0.0.0/4,
            		240.0.0.0/4,
            	}
            }
            set bogon_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		::1,
            		::ffff:0.0.0.0/96,
            		2001:db8:1::10,
            		fd12:3456:789a::/64,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"br-lan" . "eth0",
            		"eth0" . "br-lan",
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"br-lan" . "br-lan" : goto forward_net-lan_net-lan,
            		"br-lan" . "eth0" : goto forward_net-lan_zone-internet,
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"br-lan" : goto input_net-lan,
            		"eth0" : goto input_zone-internet,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"br-lan" : goto raw_bridge,
            		"eth0" : goto raw_uplink,
            	}
            }
            set site_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		fd12:3456:789a::/64,
            	}
            }
            chain forward {
            	type filter hook forward priority filter; policy accept;
            	ct state established,related accept comment "implied/established"
            	iifname "br-lan" goto forward_ours
            	oifname "br-lan" goto forward_ours
            	iifname "eth0" goto forward_uplink
            }
            chain input {
            	type filter hook input priority filter; policy drop;
            	ct state established,related accept comment "implied/established"
            	ct state invalid goto drop_invalid
            	iifname "lo" accept comment "implied/loopback"
            	icmp type { destination-unreachable, time-exceeded, parameter-problem } accept comment "implied/icmp"
            	icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept comment "implied/icmpv6"
            	ip6 hoplimit 255 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept comment "implied/nd"
            	ip6 saddr fe80::/10 icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } accept comment "implied/mld"
            	iifname vmap @input_ingress
            	iifname "br-lan" goto drop_input
            	iifname "eth0" goto drop_input
            	goto input_other
            }
            chain mangle_forward {
            	type filter hook forward priority mangle; policy accept;
            	tcp flags & (syn | rst) == syn iifname . oifname @clamp_pairs tcp option maxseg size set rt mtu comment "implied/mss"
            }
            chain nat_postrouting {
            	type nat hook postrouting priority srcnat; policy accept;
            	oifname "eth0" goto snat_eth0
            }
            chain raw_prerouting {
            	type filter hook prerouting priority raw; policy accept;
            	iifname vmap @raw_ingress
            }
            chain drop_forward {
            	limit rate 5/second burst 10 packets log prefix "taploom forward drop: "
            	counter name drop_forward drop
            }
            chain drop_input {
            	fib daddr type { broadcast, multicast } counter name drop_input drop
            	limit rate 5/second burst 10 packets log prefix "taploom input drop: "
            	counter name drop_input drop
            }
            chain drop_invalid {
            	counter name drop_invalid drop
            }
            chain forward_net-lan_net-lan {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-lan_zone-internet {
            	ip6 daddr @site_ipv6 goto drop_forward
            	ip6 saddr fd12:3456:789a::/64 counter accept comment "policy/out"
            	goto drop_forward
            }
            chain forward_ours {
            	ct state invalid goto drop_invalid
            	iifname . oifname vmap @forward_pairs
            	goto drop_forward
            }
            chain forward_uplink {
            	oifname "eth0" goto forward_ours
            }
            chain input_net-lan {
            	ip6 hoplimit 255 icmpv6 type nd-router-solicit accept comment "implied/rs"
            	goto drop_input
            }
            chain input_other {
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_other_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-internet {
            	iifname "eth0" ip6 hoplimit 255 icmpv6 type nd-router-advert accept comment "implied/ra-client"
            	ip6 saddr @site_ipv6 goto drop_input
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_zone-internet_self_ipv6_tcp accept
            	goto drop_input
            }
            chain raw_bridge {
            	ip saddr 0.0.0.0 fib daddr type { broadcast, multicast } accept comment "implied/dhcp"
            	ip6 saddr { ::, fe80::/10 } accept comment "implied/nd"
            	fib saddr . iif oif missing counter name drop_rpf drop
            }
            chain raw_uplink {
            	ip saddr 0.0.0.0 fib daddr type { broadcast, multicast } accept comment "implied/dhcp"
            	ip6 saddr { ::, fe80::/10 } accept comment "implied/nd"
            	ip saddr @bogon_ipv4 counter name drop_bogon drop
            	ip6 saddr @bogon_ipv6 counter name drop_bogon drop
            	fib saddr . iif oif missing counter name drop_rpf drop
            }
            chain snat_eth0 {
            	ip6 daddr @site_ipv6 accept
            	ip6 saddr fd12:3456:789a::/64 counter snat ip6 to 2001:db8:1::10 comment "nat/lan"
            }
          '';
        };
      };
    };
    useDHCP = prefer false;
  };
  systemd.network = {
    enable = true;
    netdevs = {
      "06-taploom-br-lan" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "16:ea:f5:bd:0b:1f";
          Name = "br-lan";
        };
      };
    };
    networks = {
      "05-taploom-eth0" = {
        address = [ "2001:db8:1::10/64" ];
        ipv6AcceptRAConfig = {
          DHCPv6Client = "no";
          RouteMetric = 2048;
          UseAutonomousPrefix = "no";
          UseOnLinkPrefix = "no";
        };
        matchConfig.Name = "eth0";
        networkConfig = {
          DHCP = "no";
          IPv6AcceptRA = "yes";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-lan" = {
        addresses = map (entry "addressConfig") [
          { Address = "fd12:3456:789a::1/64"; DuplicateAddressDetection = "none"; }
        ];
        ipv6Prefixes = map (entry "ipv6PrefixConfig") [
          { Prefix = "fd12:3456:789a::/64"; }
        ];
        ipv6SendRAConfig = {
          DNS = "2620:fe::fe";
          Domains = "example.org";
          EmitDNS = "yes";
        };
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-lan";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          IPv6SendRA = "yes";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "08-taploom-taps-br-lan" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-*";
        };
        networkConfig = {
          Bridge = "br-lan";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
  };
}
