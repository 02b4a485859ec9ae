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
        "br-six"
        "eth0"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of br-six, eth0. Remove it there.";
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
      "br-six"
      "eth0"
      "vm-a-six"
      "vm-b-six"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "br-six" accept
        oifname "br-six" accept
      '';
    };
    networkmanager.unmanaged = [
      "interface-name:br-six"
      "interface-name:eth0"
      "interface-name:vm-a-six"
      "interface-name:vm-b-six"
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
            		"vm-a-six" . 2001:db8:10:6:0:ff:fe00:a,
            		"vm-b-six" . 2001:db8:10:6::b,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"vm-a-six" . 02:00:00:00:00:0a,
            		"vm-b-six" . 02:fc:f7:f6:48:b1,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"vm-a-six" . 0x20010db800100006000000fffe00000a,
            		"vm-b-six" . 0x20010db800100006000000000000000b,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		2001:db8:10:6::1,
            		2001:db8:10:6::b,
            		2001:db8:10:6:0:ff:fe00:a,
            		fe80::b45e:efff:fe17:317c,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0x20010db8001000060000000000000001,
            		0x20010db800100006000000000000000b,
            		0x20010db800100006000000fffe00000a,
            		0xfe80000000000000b45eeffffe17317c,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"vm-a-six",
            		"vm-b-six",
            	}
            }
            chain prerouting {
            	type filter hook prerouting priority -300; policy accept;
            	iifname @ports_guarded goto guard_port
            }
            chain guard_arp {
            	iifname . arp saddr ether != @bind_mac counter name drop_spoof drop
            	arp saddr ip 0.0.0.0 accept comment "implied/arp"
            	counter name drop_spoof drop
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
            set allow_net-six_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:10:6::/64 . ::/0 . 22 comment "policy/admin",
            		fe80::/64 . ::/0 . 22 comment "policy/admin",
            	}
            }
            set allow_net-six_zone-internet_ipv6_icmpv6 {
            	type ipv6_addr . ipv6_addr . icmpv6_type
            	flags interval
            	counter
            	elements = {
            		2001:db8:10:6::/64 . ::/0 . echo-request comment "policy/out",
            	}
            }
            set allow_net-six_zone-internet_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:10:6::/64 . ::/0 . 53 comment "policy/out",
            		2001:db8:10:6::/64 . ::/0 . 443 comment "policy/out",
            	}
            }
            set allow_net-six_zone-internet_ipv6_udp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:10:6::/64 . ::/0 . 53 comment "policy/out",
            	}
            }
            set allow_other_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		0.0.0.0/0 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_other_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		::/0 . ::/0 . 22 comment "policy/admin",
            	}
            }
            set allow_zone-internet_net-six_ipv6_icmpv6 {
            	type ipv6_addr . ipv6_addr . icmpv6_type
            	flags interval
            	counter
            	elements = {
            		::/0 . 2001:db8:10:6::b . echo-request comment "policy/in",
            	}
            }
            set allow_zone-internet_net-six_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		::/0 . 2001:db8:10:6::b . 443 comment "policy/in",
            	}
            }
            set allow_zone-internet_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		0.0.0.0/0 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_zone-internet_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		::/0 . ::/0 . 22 comment "policy/admin",
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
            		2001:db8:10:6::/64,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"br-six" . "eth0",
            		"eth0" . "br-six",
            	}
            }
            map dnat_eth0_ipv6_all_tcp_port {
            	type inet_service : ipv6_addr . inet_service
            	elements = {
            		80 comment "forward/web" : 2001:db8:10:6:0:ff:fe00:a . 80,
            	}
            }
            map dnat_ingress {
            	type ifname . nf_proto : verdict
            	elements = {
            		"br-six" . ipv6 : goto dnat-inside_ipv6,
            		"eth0" . ipv6 : goto dnat_eth0_ipv6,
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"br-six" . "br-six" : goto forward_net-six_net-six,
            		"br-six" . "eth0" : goto forward_net-six_zone-internet,
            		"eth0" . "br-six" : goto forward_zone-internet_net-six,
            	}
            }
            set forwards_net-six_ipv6_tcp {
            	type ipv6_addr . inet_service
            	counter
            	elements = {
            		2001:db8:10:6:0:ff:fe00:a . 80 comment "forward/web",
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"br-six" : goto input_net-six,
            		"eth0" : goto input_zone-internet,
            	}
            }
            set kept_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		::1,
            		2001:db8:10:6::1,
            		fe80::/10,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"br-six" : goto raw_bridge,
            		"eth0" : goto raw_uplink,
            	}
            }
            set site_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		2001:db8:10:6::/64,
            	}
            }
            chain forward {
            	type filter hook forward priority filter; policy accept;
            	ct state established,related accept comment "implied/established"
            	iifname "br-six" goto forward_ours
            	oifname "br-six" goto forward_ours
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
            	iifname "br-six" goto drop_input
            	iifname "eth0" goto drop_input
            	goto input_other
            }
            chain mangle_forward {
            	type filter hook forward priority mangle; policy accept;
            	tcp flags & (syn | rst) == syn iifname . oifname @clamp_pairs tcp option maxseg size set rt mtu comment "implied/mss"
            }
            chain nat_output {
            	type nat hook output priority -100; policy accept;
            	meta nfproto ipv6 goto dnat-inside_ipv6
            }
            chain nat_postrouting {
            	type nat hook postrouting priority srcnat; policy accept;
            	iifname "br-six" oifname "br-six" ct status dnat counter masquerade comment "implied/hairpin"
            }
            chain nat_prerouting {
            	type nat hook prerouting priority dstnat; policy accept;
            	iifname . meta nfproto vmap @dnat_ingress
            }
            chain raw_prerouting {
            	type filter hook prerouting priority raw; policy accept;
            	iifname vmap @raw_ingress
            }
            chain dnat-inside_ipv6 {
            	ip6 daddr @kept_ipv6 return
            	fib daddr type != local return
            	meta l4proto tcp dnat ip6 to th dport map @dnat_eth0_ipv6_all_tcp_port
            }
            chain dnat_eth0_ipv6 {
            	ip6 daddr @kept_ipv6 return
            	fib daddr . iif type != local return
            	meta l4proto tcp dnat ip6 to th dport map @dnat_eth0_ipv6_all_tcp_port
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
            chain forward_net-six_net-six {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-six_zone-internet {
            	ip6 daddr @site_ipv6 goto drop_forward
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-six_zone-internet_ipv6_tcp accept
            	meta l4proto udp ip6 saddr . ip6 daddr . th dport @allow_net-six_zone-internet_ipv6_udp accept
            	ip6 saddr . ip6 daddr . icmpv6 type @allow_net-six_zone-internet_ipv6_icmpv6 accept
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
            chain forward_zone-internet_net-six {
            	ip6 saddr @site_ipv6 goto drop_forward
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_zone-internet_net-six_ipv6_tcp accept
            	ip6 saddr . ip6 daddr . icmpv6 type @allow_zone-internet_net-six_ipv6_icmpv6 accept
            	ct status dnat meta l4proto tcp ip6 daddr . th dport @forwards_net-six_ipv6_tcp accept
            	goto drop_forward
            }
            chain input_net-six {
            	ip6 hoplimit 255 icmpv6 type nd-router-solicit accept comment "implied/rs"
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-six_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_other {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_other_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_other_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-internet {
            	iifname "eth0" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } accept comment "implied/dhcp-client"
            	iifname "eth0" ip6 hoplimit 255 icmpv6 type nd-router-advert accept comment "implied/ra-client"
            	iifname "eth0" ip6 saddr fe80::/10 meta l4proto udp th sport . th dport { 547 . 546 } accept comment "implied/dhcp-client"
            	ip6 saddr @site_ipv6 goto drop_input
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_zone-internet_self_ipv4_tcp accept
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
            	iifname "eth0" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } fib daddr type { local, broadcast } accept comment "implied/dhcp-client"
            	fib saddr . iif oif missing counter name drop_rpf drop
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
      "06-taploom-br-six" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "b6:5e:ef:17:31:7c";
          Name = "br-six";
        };
      };
    };
    networks = {
      "05-taploom-eth0" = {
        matchConfig.Name = "eth0";
        networkConfig = {
          DHCP = "ipv4";
          IPv6AcceptRA = "yes";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-six" = {
        addresses = map (entry "addressConfig") [
          { Address = "2001:db8:10:6::1/64"; DuplicateAddressDetection = "none"; }
        ];
        ipv6Prefixes = map (entry "ipv6PrefixConfig") [
          { Prefix = "2001:db8:10:6::/64"; }
        ];
        ipv6SendRAConfig = {
          DNS = "2620:fe::fe";
          EmitDNS = "yes";
          EmitDomains = "no";
        };
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-six";
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
      "07-taploom-taps-br-six" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = [
            "vm-a-six"
            "vm-b-six"
          ];
        };
        networkConfig = {
          Bridge = "br-six";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
  };
}
