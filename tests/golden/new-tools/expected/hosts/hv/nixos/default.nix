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
      assertion = unclaimed [
        "eth0"
        "lan0"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of eth0, lan0. Remove it there.";
    }
    {
      assertion = rivals == [ ];
      message = "taploom: systemd.network.networks has units that match links of this module, or attach its TAPs to another bridge: ${lib.concatStringsSep ", " rivals}. Remove them, narrow their matchConfig.Name, or name them so that they sort after the units of taploom.";
    }
  ];
  boot.kernel.sysctl = {
    "net.ipv4.conf.all.forwarding" = rank true;
    "net.ipv6.conf.all.forwarding" = rank true;
    "net.ipv6.conf.eth0.accept_ra" = rank 2;
  };
  networking = {
    dhcpcd.denyInterfaces = [
      "eth0"
      "lan0"
      "web0"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "lan0" accept
        oifname "lan0" accept
      '';
      extraInputRules = ''
        iifname "lan0" udp dport { 67 } accept
      '';
    };
    networkmanager.unmanaged = [
      "interface-name:eth0"
      "interface-name:lan0"
      "interface-name:web0"
    ];
    nftables = {
      enable = true;
      tables = {
        taploom-bridge = {
          family = "bridge";
          name = "taploom";
          content = ''
            counter drop_spoof { }
            set bind_ipv4 {
            	type ifname . ipv4_addr
            	elements = {
            		"web0" . 10.0.0.117,
            	}
            }
            set bind_ipv6 {
            	type ifname . ipv6_addr
            	elements = {
            		"web0" . fd12:3456:789a::52c7,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"web0" . 02:d3:e8:6f:e8:75,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"web0" . 0xfd123456789a000000000000000052c7,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		fd12:3456:789a::1,
            		fd12:3456:789a::52c7,
            		fe80::14ea:f5ff:febd:b1f,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0xfd123456789a00000000000000000001,
            		0xfd123456789a000000000000000052c7,
            		0xfe8000000000000014eaf5fffebd0b1f,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"web0",
            	}
            }
            chain prerouting {
            	type filter hook prerouting priority -300; policy accept;
            	iifname @ports_guarded goto guard_port
            }
            chain guard_arp {
            	iifname . arp saddr ether != @bind_mac counter name drop_spoof drop
            	arp saddr ip 0.0.0.0 accept comment "implied/arp"
            	iifname . arp saddr ip @bind_ipv4 accept
            	counter name drop_spoof drop
            }
            chain guard_ipv4 {
            	ip saddr 0.0.0.0 meta l4proto udp th sport . th dport { 68 . 67 } accept comment "implied/dhcp"
            	meta l4proto udp th sport 67 counter name drop_spoof drop
            	iifname . ip saddr @bind_ipv4 accept
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
            set allow_net-lan_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.0.0.0/24 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_net-lan_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a::/64 . ::/0 . 22 comment "policy/admin",
            		fe80::/64 . ::/0 . 22 comment "policy/admin",
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
            		10.0.0.0/24,
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
            		fd12:3456:789a::/64,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"eth0" . "lan0",
            		"lan0" . "eth0",
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"lan0" . "lan0" : goto forward_net-lan_net-lan,
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"eth0" : goto input_zone-internet,
            		"lan0" : goto input_net-lan,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"eth0" : goto raw_uplink,
            		"lan0" : goto raw_bridge,
            	}
            }
            set site_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		10.0.0.0/24,
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
            	iifname "lan0" goto forward_ours
            	oifname "lan0" goto forward_ours
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
            	iifname "eth0" goto drop_input
            	iifname "lan0" goto drop_input
            	goto input_other
            }
            chain mangle_forward {
            	type filter hook forward priority mangle; policy accept;
            	tcp flags & (syn | rst) == syn iifname . oifname @clamp_pairs tcp option maxseg size set rt mtu comment "implied/mss"
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
            chain forward_ours {
            	ct state invalid goto drop_invalid
            	iifname . oifname vmap @forward_pairs
            	goto drop_forward
            }
            chain forward_uplink {
            	oifname "eth0" goto forward_ours
            }
            chain input_net-lan {
            	meta nfproto ipv4 meta l4proto udp th sport . th dport { 68 . 67 } accept comment "implied/dhcp"
            	ip6 hoplimit 255 icmpv6 type nd-router-solicit accept comment "implied/rs"
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-lan_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-lan_self_ipv6_tcp accept
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
            	ip saddr @site_ipv4 goto drop_input
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
      "06-taploom-lan0" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "16:ea:f5:bd:0b:1f";
          Name = "lan0";
        };
      };
      "07-taploom-web0" = {
        netdevConfig = {
          Kind = "tap";
          Name = "web0";
        };
        tapConfig.User = "systemd-network";
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
      "06-taploom-lan0" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.0.0.1/24"; }
          { Address = "fd12:3456:789a::1/64"; DuplicateAddressDetection = "none"; }
        ];
        dhcpServerConfig = {
          DefaultLeaseTimeSec = "3600";
          MaxLeaseTimeSec = "3600";
          PoolOffset = 200;
          PoolSize = 21;
          SendOption = "26:uint16:9000";
        };
        dhcpServerStaticLeases = map (entry "dhcpServerStaticLeaseConfig") [
          { Address = "10.0.0.117"; MACAddress = "02:d3:e8:6f:e8:75"; }
        ];
        extraConfig = ''
          [DHCPServer]
          PersistLeases=no
        '';
        ipv6Prefixes = map (entry "ipv6PrefixConfig") [
          { Prefix = "fd12:3456:789a::/64"; }
        ];
        ipv6SendRAConfig.EmitDomains = "no";
        linkConfig = {
          MTUBytes = "9000";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "lan0";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          DHCPServer = "yes";
          IPv6AcceptRA = "no";
          IPv6SendRA = "yes";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "07-taploom-taps-lan0" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "9000";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "web0";
        };
        networkConfig = {
          Bridge = "lan0";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
  };
}
