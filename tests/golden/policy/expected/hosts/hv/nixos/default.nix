# Made by taploom for the host hv; changes belong in the specs.
{ config, lib, pkgs, ... }:
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
  # Whether a load removes all tables first; otherwise it removes only the tables of `tables`.
  flushed = config.networking.nftables.flushRuleset;
  # Replaces the rules of the table and keeps the learned elements of its sets.
  remember = "${pkgs.nftables}/bin/nft -f ${
    pkgs.writeText "taploom-memory.nft" ''
      table bridge taploom-memory
      flush table bridge taploom-memory
      table bridge taploom-memory {
      ${config.networking.nftables.tables.taploom-memory-bridge.content}
      }
    ''
  }";
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
        "br-back"
        "br-front"
        "eth0"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of br-back, br-front, eth0. Remove it there.";
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
      "br-back"
      "br-front"
      "eth0"
      "vm-a-front"
      "vm-b-front"
      "vm-c-back"
      "vm-c-front"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "br-back" accept
        oifname "br-back" accept
        iifname "br-front" accept
        oifname "br-front" accept
      '';
    };
    networkmanager.unmanaged = [
      "interface-name:br-back"
      "interface-name:br-front"
      "interface-name:eth0"
      "interface-name:vm-a-front"
      "interface-name:vm-b-front"
      "interface-name:vm-c-back"
      "interface-name:vm-c-front"
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
            		"vm-a-front" . 10.1.0.144,
            		"vm-c-back" . 10.2.0.192,
            		"vm-c-front" . 10.1.0.157,
            	}
            }
            set bind_ipv6 {
            	type ifname . ipv6_addr
            	elements = {
            		"vm-a-front" . fd12:3456:789a:1::8eb7,
            		"vm-b-front" . fd12:3456:789a:1::c6b9,
            		"vm-c-back" . fd12:3456:789a:2::5a81,
            		"vm-c-front" . fd12:3456:789a:1::3149,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"vm-a-front" . 02:e6:8e:61:f6:ce,
            		"vm-b-front" . 02:6f:f0:e4:ba:06,
            		"vm-c-back" . 02:52:6a:48:e5:c0,
            		"vm-c-front" . 02:fb:1e:68:29:b6,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"vm-a-front" . 0xfd123456789a00010000000000008eb7,
            		"vm-b-front" . 0xfd123456789a0001000000000000c6b9,
            		"vm-c-back" . 0xfd123456789a00020000000000005a81,
            		"vm-c-front" . 0xfd123456789a00010000000000003149,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		fd12:3456:789a:1::1,
            		fd12:3456:789a:1::3149,
            		fd12:3456:789a:1::8eb7,
            		fd12:3456:789a:1::c6b9,
            		fd12:3456:789a:2::1,
            		fd12:3456:789a:2::5a81,
            		fe80::b48e:25ff:fe58:b1b5,
            		fe80::bcd3:5ff:fe2e:62b3,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0xfd123456789a00010000000000000001,
            		0xfd123456789a00010000000000003149,
            		0xfd123456789a00010000000000008eb7,
            		0xfd123456789a0001000000000000c6b9,
            		0xfd123456789a00020000000000000001,
            		0xfd123456789a00020000000000005a81,
            		0xfe80000000000000b48e25fffe58b1b5,
            		0xfe80000000000000bcd305fffe2e62b3,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"vm-a-front",
            		"vm-b-front",
            		"vm-c-back",
            		"vm-c-front",
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
        taploom-memory-bridge = {
          enable = flushed;
          family = "bridge";
          name = "taploom-memory";
          content = ''
            set seen_ipv4 {
            	type ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service
            	size 65535
            	flags dynamic,timeout
            	timeout 180s
            }
            set seen_ipv6 {
            	type ipv6_addr . ipv6_addr . inet_proto . inet_service . inet_service
            	size 65535
            	flags dynamic,timeout
            	timeout 180s
            }
            chain forward {
            	type filter hook forward priority filter; policy accept;
            	ip saddr 10.2.0.0/24 ip daddr 10.2.0.0/24 goto deny_ipv4
            	ip6 saddr fd12:3456:789a:2::/64 ip6 daddr fd12:3456:789a:2::/64 goto deny_ipv6
            }
            chain deny_ipv4 {
            	icmp type { destination-unreachable, time-exceeded, parameter-problem } accept comment "implied/icmp"
            	icmp type echo-reply accept comment "implied/established"
            	tcp flags & (syn | ack) != syn accept comment "implied/established"
            	meta l4proto { udp, udplite, sctp, dccp } ip daddr . ip saddr . meta l4proto . th dport . th sport @seen_ipv4 accept comment "implied/established"
            	ip saddr 10.2.0.0/24 ip daddr 10.2.0.0/24 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.2.0.0/24 ip daddr 10.2.0.0/24 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	meta l4proto { udp, udplite, sctp, dccp } update @seen_ipv4 { ip saddr . ip daddr . meta l4proto . th sport . th dport timeout 180s }
            }
            chain deny_ipv6 {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept comment "implied/icmp"
            	icmpv6 type echo-reply accept comment "implied/established"
            	tcp flags & (syn | ack) != syn accept comment "implied/established"
            	meta l4proto { udp, udplite, sctp, dccp } ip6 daddr . ip6 saddr . meta l4proto . th dport . th sport @seen_ipv6 accept comment "implied/established"
            	ip6 saddr fd12:3456:789a:2::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:2::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	meta l4proto { udp, udplite, sctp, dccp } update @seen_ipv6 { ip6 saddr . ip6 daddr . meta l4proto . th sport . th dport timeout 180s }
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
            limit limit_policy_limited {
            	rate 20/minute burst 40 packets
            }
            limit limit_policy_pings {
            	rate 5/second burst 5 packets
            }
            set allow_net-front_net-back_ipv4_icmp {
            	type ipv4_addr . ipv4_addr . icmp_type
            	counter
            	elements = {
            		10.1.0.144 . 10.2.0.192 . echo-request comment "policy/tagged",
            	}
            }
            set allow_net-front_net-back_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	counter
            	elements = {
            		10.1.0.144 . 10.2.0.192 . 9100 comment "policy/tagged",
            	}
            }
            set allow_net-front_net-back_ipv4_tcp_2 {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.1.0.144 . 10.2.0.192 . 9200-9210 comment "policy/tagged",
            	}
            }
            set allow_net-front_net-back_ipv6_icmpv6 {
            	type ipv6_addr . ipv6_addr . icmpv6_type
            	counter
            	elements = {
            		fd12:3456:789a:1::8eb7 . fd12:3456:789a:2::5a81 . echo-request comment "policy/tagged",
            		fd12:3456:789a:1::c6b9 . fd12:3456:789a:2::5a81 . echo-request comment "policy/tagged",
            	}
            }
            set allow_net-front_net-back_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	counter
            	elements = {
            		fd12:3456:789a:1::8eb7 . fd12:3456:789a:2::5a81 . 9100 comment "policy/tagged",
            		fd12:3456:789a:1::c6b9 . fd12:3456:789a:2::5a81 . 9100 comment "policy/tagged",
            	}
            }
            set allow_net-front_net-back_ipv6_tcp_2 {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:1::8eb7 . fd12:3456:789a:2::5a81 . 9200-9210 comment "policy/tagged",
            		fd12:3456:789a:1::c6b9 . fd12:3456:789a:2::5a81 . 9200-9210 comment "policy/tagged",
            	}
            }
            set bogon_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		0.0.0.0/8,
            		10.1.0.0/24,
            		10.2.0.0/24,
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
            		fd12:3456:789a:1::/64,
            		fd12:3456:789a:2::/64,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"br-back" . "eth0",
            		"br-front" . "eth0",
            		"eth0" . "br-back",
            		"eth0" . "br-front",
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"br-back" . "br-back" : goto forward_net-back_net-back,
            		"br-back" . "eth0" : goto forward_net-back_zone-internet,
            		"br-front" . "br-back" : goto forward_net-front_net-back,
            		"br-front" . "br-front" : goto forward_net-front_net-front,
            		"br-front" . "eth0" : goto forward_net-front_zone-internet,
            		"eth0" . "br-back" : goto forward_zone-internet_net-back,
            		"eth0" . "br-front" : goto forward_zone-internet_net-front,
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"br-back" : goto input_net-back,
            		"br-front" : goto input_net-front,
            		"eth0" : goto input_zone-internet,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"br-back" : goto raw_bridge,
            		"br-front" : goto raw_bridge,
            		"eth0" : goto raw_uplink,
            	}
            }
            set site_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		10.1.0.0/24,
            		10.2.0.0/24,
            	}
            }
            set site_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		fd12:3456:789a:1::/64,
            		fd12:3456:789a:2::/64,
            	}
            }
            chain forward {
            	type filter hook forward priority filter; policy accept;
            	ct state established,related accept comment "implied/established"
            	iifname "br-back" goto forward_ours
            	iifname "br-front" goto forward_ours
            	oifname "br-back" goto forward_ours
            	oifname "br-front" goto forward_ours
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
            	iifname "br-back" goto drop_input
            	iifname "br-front" goto drop_input
            	iifname "eth0" goto drop_input
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
            chain forward_net-back_net-back {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	ip saddr 10.2.0.0/24 ip daddr 10.2.0.0/24 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.2.0.0/24 ip daddr 10.2.0.0/24 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:2::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:2::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	accept comment "implied/bridge"
            }
            chain forward_net-back_zone-internet {
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @site_ipv6 goto drop_forward
            	ip saddr 10.2.0.0/24 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.2.0.0/24 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:2::/64 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:2::/64 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.2.0.0/24 counter accept comment "policy/whole"
            	ip6 saddr fd12:3456:789a:2::/64 counter accept comment "policy/whole"
            	goto drop_forward
            }
            chain forward_net-front_net-back {
            	ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/24 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/24 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:1::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:1::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	meta time < 2051222400 ip saddr 10.1.0.64/26 ip daddr 10.2.0.0/24 meta l4proto udp th dport 500 counter accept comment "policy/literal"
            	meta time < 2051222400 ip saddr 10.1.0.64/26 ip daddr 10.2.0.0/24 meta l4proto esp counter accept comment "policy/literal"
            	meta time < 2051222400 ip6 saddr fd12:3456:789a:1::/96 ip6 daddr fd12:3456:789a:2::/64 meta l4proto udp th dport 500 counter accept comment "policy/literal"
            	meta time < 2051222400 ip6 saddr fd12:3456:789a:1::/96 ip6 daddr fd12:3456:789a:2::/64 meta l4proto esp counter accept comment "policy/literal"
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-front_net-back_ipv4_tcp accept
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-front_net-back_ipv4_tcp_2 accept
            	ip saddr . ip daddr . icmp type @allow_net-front_net-back_ipv4_icmp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-front_net-back_ipv6_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-front_net-back_ipv6_tcp_2 accept
            	ip6 saddr . ip6 daddr . icmpv6 type @allow_net-front_net-back_ipv6_icmpv6 accept
            	goto drop_forward
            }
            chain forward_net-front_net-front {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-front_zone-internet {
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @site_ipv6 goto drop_forward
            	ip saddr 10.1.0.0/24 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.1.0.0/24 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:1::/64 meta l4proto tcp th dport 25 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip6 saddr fd12:3456:789a:1::/64 meta l4proto 47 log prefix "taploom policy/never: " counter drop comment "policy/never"
            	ip saddr 10.1.0.0/24 counter accept comment "policy/whole"
            	ip6 saddr fd12:3456:789a:1::/64 counter accept comment "policy/whole"
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
            chain forward_zone-internet_net-back {
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	meta time < 2035281600 ip daddr 10.2.0.0/24 counter drop comment "policy/ended"
            	meta time < 2035281600 ip6 daddr fd12:3456:789a:2::/64 counter drop comment "policy/ended"
            	goto drop_forward
            }
            chain forward_zone-internet_net-front {
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	ip daddr 10.1.0.144 meta l4proto tcp th dport 443 limit name "limit_policy_limited" counter accept comment "policy/limited"
            	ip daddr 10.1.0.144 meta l4proto sctp th dport 5000-5001 limit name "limit_policy_limited" counter accept comment "policy/limited"
            	ip6 daddr fd12:3456:789a:1::8eb7 meta l4proto tcp th dport 443 limit name "limit_policy_limited" counter accept comment "policy/limited"
            	ip6 daddr fd12:3456:789a:1::8eb7 meta l4proto sctp th dport 5000-5001 limit name "limit_policy_limited" counter accept comment "policy/limited"
            	goto drop_forward
            }
            chain input_net-back {
            	ip saddr 10.2.0.0/24 icmp type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	ip6 saddr { fd12:3456:789a:2::/64, fe80::/64 } icmpv6 type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	goto drop_input
            }
            chain input_net-front {
            	ip saddr 10.1.0.0/24 icmp type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	ip6 saddr { fd12:3456:789a:1::/64, fe80::/64 } icmpv6 type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	goto drop_input
            }
            chain input_other {
            	ip saddr 198.51.100.0/24 meta l4proto tcp th dport 22 log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	ip saddr 198.51.100.0/24 icmp type echo-request log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	ip6 saddr 2001:db8:f::/48 meta l4proto tcp th dport 22 log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	ip6 saddr 2001:db8:f::/48 icmpv6 type echo-request log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	meta nfproto ipv4 icmp type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	meta nfproto ipv6 icmpv6 type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	goto drop_input
            }
            chain input_zone-internet {
            	iifname "eth0" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } accept comment "implied/dhcp-client"
            	iifname "eth0" ip6 hoplimit 255 icmpv6 type nd-router-advert accept comment "implied/ra-client"
            	iifname "eth0" ip6 saddr fe80::/10 meta l4proto udp th sport . th dport { 547 . 546 } accept comment "implied/dhcp-client"
            	ip saddr @site_ipv4 goto drop_input
            	ip6 saddr @site_ipv6 goto drop_input
            	ip saddr 198.51.100.0/24 meta l4proto tcp th dport 22 log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	ip saddr 198.51.100.0/24 icmp type echo-request log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	ip6 saddr 2001:db8:f::/48 meta l4proto tcp th dport 22 log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	ip6 saddr 2001:db8:f::/48 icmpv6 type echo-request log prefix "taploom policy/admin: " counter accept comment "policy/admin"
            	meta nfproto ipv4 icmp type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
            	meta nfproto ipv6 icmpv6 type echo-request limit name "limit_policy_pings" counter accept comment "policy/pings"
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
      "06-taploom-br-back" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "be:d3:05:2e:62:b3";
          Name = "br-back";
        };
      };
      "06-taploom-br-front" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "b6:8e:25:58:b1:b5";
          Name = "br-front";
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
      "06-taploom-br-back" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.2.0.1/24"; }
          { Address = "fd12:3456:789a:2::1/64"; DuplicateAddressDetection = "none"; }
        ];
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-back";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-front" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.1.0.1/24"; }
          { Address = "fd12:3456:789a:1::1/64"; DuplicateAddressDetection = "none"; }
        ];
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-front";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "07-taploom-taps-br-back" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-c-back";
        };
        networkConfig = {
          Bridge = "br-back";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
      "07-taploom-taps-br-front" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = [
            "vm-a-front"
            "vm-b-front"
            "vm-c-front"
          ];
        };
        networkConfig = {
          Bridge = "br-front";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
  };
  systemd.services.taploom-memory = lib.mkIf (!flushed) {
    description = "Remembered flows between guests of one bridge";
    before = [ "network-pre.target" ];
    wants = [ "network-pre.target" ];
    wantedBy = [ "multi-user.target" ];
    reloadIfChanged = true;
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = remember;
      ExecReload = remember;
      ExecStop = "-${pkgs.nftables}/bin/nft delete table bridge taploom-memory";
    };
  };
}
