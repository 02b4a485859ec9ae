# Made by taploom for the host hv-east; changes belong in the specs.
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
        "br-east"
        "eth0"
        "eth1"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of br-east, eth0, eth1. Remove it there.";
    }
    {
      assertion = rivals == [ ];
      message = "taploom: systemd.network.networks has units that match links of this module, or attach its TAPs to another bridge: ${lib.concatStringsSep ", " rivals}. Remove them, narrow their matchConfig.Name, or name them so that they sort after the units of taploom.";
    }
  ];
  boot.kernel.sysctl = {
    "net.ipv4.conf.all.forwarding" = rank true;
    "net.ipv6.conf.all.forwarding" = rank true;
  };
  networking = {
    dhcpcd.denyInterfaces = [
      "br-east"
      "eth0"
      "eth1"
      "vm-shop-east"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "br-east" accept
        oifname "br-east" accept
      '';
    };
    networkmanager.unmanaged = [
      "interface-name:br-east"
      "interface-name:eth0"
      "interface-name:eth1"
      "interface-name:vm-shop-east"
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
            		"vm-shop-east" . 10.1.0.136,
            	}
            }
            set bind_ipv6 {
            	type ifname . ipv6_addr
            	elements = {
            		"vm-shop-east" . fd12:3456:789a:1::6a05,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"vm-shop-east" . 02:07:1d:4d:5f:b4,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"vm-shop-east" . 0xfd123456789a00010000000000006a05,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		fd12:3456:789a:1::1,
            		fd12:3456:789a:1::6a05,
            		fe80::6439:ceff:fed4:4401,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0xfd123456789a00010000000000000001,
            		0xfd123456789a00010000000000006a05,
            		0xfe800000000000006439cefffed44401,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"vm-shop-east",
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
            set allow_net-east_remote-line_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.1.0.0/24 . 192.0.2.2 . 22 comment "policy/admin",
            	}
            }
            set allow_net-east_remote-line_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:1::/64 . fd12:3456:789a:9::2 . 22 comment "policy/admin",
            	}
            }
            set allow_net-east_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.1.0.0/24 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_net-east_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:1::/64 . ::/0 . 22 comment "policy/admin",
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
            set allow_remote-line_net-east_ipv4_icmp {
            	type ipv4_addr . ipv4_addr . icmp_type
            	counter
            	elements = {
            		10.2.0.97 . 10.1.0.136 . echo-request comment "policy/desk-to-shop",
            	}
            }
            set allow_remote-line_net-east_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	counter
            	elements = {
            		10.2.0.97 . 10.1.0.136 . 80 comment "policy/desk-to-shop",
            	}
            }
            set allow_remote-line_net-east_ipv6_icmpv6 {
            	type ipv6_addr . ipv6_addr . icmpv6_type
            	counter
            	elements = {
            		fd12:3456:789a:2::5b9c . fd12:3456:789a:1::6a05 . echo-request comment "policy/desk-to-shop",
            	}
            }
            set allow_remote-line_net-east_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	counter
            	elements = {
            		fd12:3456:789a:2::5b9c . fd12:3456:789a:1::6a05 . 80 comment "policy/desk-to-shop",
            	}
            }
            set allow_remote-line_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.2.0.0/24 . 0.0.0.0/0 . 22 comment "policy/admin",
            		192.0.2.2 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_remote-line_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:2::/64 . ::/0 . 22 comment "policy/admin",
            		fd12:3456:789a:9::2 . ::/0 . 22 comment "policy/admin",
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
            set allow_zone-line_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		0.0.0.0/0 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_zone-line_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		::/0 . ::/0 . 22 comment "policy/admin",
            	}
            }
            set astray_ipv4 {
            	type ifname . ipv4_addr
            	flags interval
            	elements = {
            		"eth0" . 10.2.0.0/24,
            		"eth0" . 192.0.2.0/30,
            		"eth1" . 203.0.113.0/24,
            	}
            }
            set astray_ipv6 {
            	type ifname . ipv6_addr
            	flags interval
            	elements = {
            		"eth0" . fd12:3456:789a:2::/64,
            		"eth0" . fd12:3456:789a:9::/64,
            		"eth1" . 2001:db8:1::/64,
            	}
            }
            set bogon_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		0.0.0.0/8,
            		10.1.0.0/24,
            		127.0.0.0/8,
            		192.0.2.1,
            		203.0.113.1,
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
            		2001:db8:1::1,
            		fd12:3456:789a:1::/64,
            		fd12:3456:789a:9::1,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"br-east" . "eth0",
            		"br-east" . "eth1",
            		"eth0" . "br-east",
            		"eth1" . "br-east",
            	}
            }
            set deny_net-east_remote-line_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.1.0.0/24 . 10.2.0.0/24 . 22 comment "policy/never",
            	}
            }
            set deny_net-east_remote-line_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:1::/64 . fd12:3456:789a:2::/64 . 22 comment "policy/never",
            	}
            }
            map dnat_eth0_ipv4_all_tcp_port {
            	type ipv4_addr . inet_service : ipv4_addr . inet_service
            	elements = {
            		203.0.113.1 . 443 comment "forward/shop" : 10.1.0.136 . 443,
            	}
            }
            map dnat_eth0_ipv6_all_tcp_port {
            	type ipv6_addr . inet_service : ipv6_addr . inet_service
            	elements = {
            		2001:db8:1::1 . 443 comment "forward/shop" : fd12:3456:789a:1::6a05 . 443,
            	}
            }
            map dnat_eth1_ipv4_all_tcp_port {
            	type ipv4_addr . inet_service : ipv4_addr . inet_service
            	elements = {
            		192.0.2.1 . 443 comment "forward/shop" : 10.1.0.136 . 443,
            	}
            }
            map dnat_eth1_ipv6_all_tcp_port {
            	type ipv6_addr . inet_service : ipv6_addr . inet_service
            	elements = {
            		fd12:3456:789a:9::1 . 443 comment "forward/shop" : fd12:3456:789a:1::6a05 . 443,
            	}
            }
            map dnat_ingress {
            	type ifname . nf_proto : verdict
            	elements = {
            		"br-east" . ipv4 : goto dnat-inside_ipv4,
            		"br-east" . ipv6 : goto dnat-inside_ipv6,
            		"eth0" . ipv4 : goto dnat_eth0_ipv4,
            		"eth0" . ipv6 : goto dnat_eth0_ipv6,
            		"eth1" . ipv4 : goto dnat_eth1_ipv4,
            		"eth1" . ipv6 : goto dnat_eth1_ipv6,
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"br-east" . "br-east" : goto forward_net-east_net-east,
            		"br-east" . "eth1" : goto forward_net-east_zone-line,
            		"eth0" . "br-east" : goto forward_zone-internet_net-east,
            		"eth1" . "br-east" : goto forward_zone-line_net-east,
            	}
            }
            set forwards_net-east_ipv4_tcp {
            	type ipv4_addr . inet_service
            	counter
            	elements = {
            		10.1.0.136 . 443 comment "forward/shop",
            	}
            }
            set forwards_net-east_ipv6_tcp {
            	type ipv6_addr . inet_service
            	counter
            	elements = {
            		fd12:3456:789a:1::6a05 . 443 comment "forward/shop",
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"br-east" : goto input_net-east,
            		"eth0" : goto input_zone-internet,
            		"eth1" : goto input_zone-line,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"br-east" : goto raw_bridge,
            		"eth0" : goto raw_uplink,
            		"eth1" : goto raw_uplink,
            	}
            }
            set remote_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		10.2.0.0/24,
            		192.0.2.2,
            	}
            }
            set remote_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		fd12:3456:789a:2::/64,
            		fd12:3456:789a:9::2,
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
            	iifname "br-east" goto forward_ours
            	oifname "br-east" goto forward_ours
            	iifname "eth0" goto forward_uplink
            	iifname "eth1" goto forward_uplink
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
            	iifname "br-east" goto drop_input
            	iifname "eth0" goto drop_input
            	iifname "eth1" goto drop_input
            	goto input_other
            }
            chain mangle_forward {
            	type filter hook forward priority mangle; policy accept;
            	tcp flags & (syn | rst) == syn iifname . oifname @clamp_pairs tcp option maxseg size set rt mtu comment "implied/mss"
            }
            chain nat_output {
            	type nat hook output priority -100; policy accept;
            	meta nfproto ipv4 goto dnat-inside_ipv4
            	meta nfproto ipv6 goto dnat-inside_ipv6
            }
            chain nat_postrouting {
            	type nat hook postrouting priority srcnat; policy accept;
            	iifname "br-east" oifname "br-east" ct status dnat counter masquerade comment "implied/hairpin"
            	oifname "eth0" goto snat_eth0
            	oifname "eth1" goto snat_eth1
            }
            chain nat_prerouting {
            	type nat hook prerouting priority dstnat; policy accept;
            	iifname . meta nfproto vmap @dnat_ingress
            }
            chain raw_prerouting {
            	type filter hook prerouting priority raw; policy accept;
            	iifname vmap @raw_ingress
            }
            chain dnat-inside_ipv4 {
            	meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_eth0_ipv4_all_tcp_port
            	meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_eth1_ipv4_all_tcp_port
            }
            chain dnat-inside_ipv6 {
            	meta l4proto tcp dnat ip6 to ip6 daddr . th dport map @dnat_eth0_ipv6_all_tcp_port
            	meta l4proto tcp dnat ip6 to ip6 daddr . th dport map @dnat_eth1_ipv6_all_tcp_port
            }
            chain dnat_eth0_ipv4 {
            	meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_eth0_ipv4_all_tcp_port
            	meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_eth1_ipv4_all_tcp_port
            }
            chain dnat_eth0_ipv6 {
            	meta l4proto tcp dnat ip6 to ip6 daddr . th dport map @dnat_eth0_ipv6_all_tcp_port
            	meta l4proto tcp dnat ip6 to ip6 daddr . th dport map @dnat_eth1_ipv6_all_tcp_port
            }
            chain dnat_eth1_ipv4 {
            	meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_eth0_ipv4_all_tcp_port
            	meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_eth1_ipv4_all_tcp_port
            }
            chain dnat_eth1_ipv6 {
            	meta l4proto tcp dnat ip6 to ip6 daddr . th dport map @dnat_eth0_ipv6_all_tcp_port
            	meta l4proto tcp dnat ip6 to ip6 daddr . th dport map @dnat_eth1_ipv6_all_tcp_port
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
            chain forward_net-east_net-east {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-east_remote-line {
            	meta l4proto tcp ip saddr . ip daddr . th dport @deny_net-east_remote-line_ipv4_tcp drop
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @deny_net-east_remote-line_ipv6_tcp drop
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-east_remote-line_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-east_remote-line_ipv6_tcp accept
            	goto drop_forward
            }
            chain forward_net-east_zone-line {
            	ip daddr @remote_ipv4 goto forward_net-east_remote-line
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @remote_ipv6 goto forward_net-east_remote-line
            	ip6 daddr @site_ipv6 goto drop_forward
            	goto drop_forward
            }
            chain forward_ours {
            	ct state invalid goto drop_invalid
            	iifname . oifname vmap @forward_pairs
            	goto drop_forward
            }
            chain forward_remote-line_net-east {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_remote-line_net-east_ipv4_tcp accept
            	ip saddr . ip daddr . icmp type @allow_remote-line_net-east_ipv4_icmp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_remote-line_net-east_ipv6_tcp accept
            	ip6 saddr . ip6 daddr . icmpv6 type @allow_remote-line_net-east_ipv6_icmpv6 accept
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-east_ipv4_tcp accept
            	ct status dnat meta l4proto tcp ip6 daddr . th dport @forwards_net-east_ipv6_tcp accept
            	goto drop_forward
            }
            chain forward_uplink {
            	oifname "eth0" goto forward_ours
            	oifname "eth1" goto forward_ours
            }
            chain forward_zone-internet_net-east {
            	ip saddr @remote_ipv4 goto drop_forward
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @remote_ipv6 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-east_ipv4_tcp accept
            	ct status dnat meta l4proto tcp ip6 daddr . th dport @forwards_net-east_ipv6_tcp accept
            	goto drop_forward
            }
            chain forward_zone-line_net-east {
            	ip saddr @remote_ipv4 goto forward_remote-line_net-east
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @remote_ipv6 goto forward_remote-line_net-east
            	ip6 saddr @site_ipv6 goto drop_forward
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-east_ipv4_tcp accept
            	ct status dnat meta l4proto tcp ip6 daddr . th dport @forwards_net-east_ipv6_tcp accept
            	goto drop_forward
            }
            chain input_net-east {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-east_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-east_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_other {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_other_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_other_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_remote-line {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_remote-line_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_remote-line_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-internet {
            	ip saddr @remote_ipv4 goto drop_input
            	ip saddr @site_ipv4 goto drop_input
            	ip6 saddr @remote_ipv6 goto drop_input
            	ip6 saddr @site_ipv6 goto drop_input
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_zone-internet_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_zone-internet_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-line {
            	ip saddr @remote_ipv4 goto input_remote-line
            	ip saddr @site_ipv4 goto drop_input
            	ip6 saddr @remote_ipv6 goto input_remote-line
            	ip6 saddr @site_ipv6 goto drop_input
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_zone-line_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_zone-line_self_ipv6_tcp accept
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
            	iifname . ip saddr @astray_ipv4 counter name drop_rpf drop
            	iifname . ip6 saddr @astray_ipv6 counter name drop_rpf drop
            	fib saddr oif missing counter name drop_rpf drop
            }
            chain snat_eth0 {
            	ip daddr @site_ipv4 accept
            	ip6 daddr @site_ipv6 accept
            	ip saddr 10.1.0.0/24 counter snat ip to 203.0.113.1 comment "nat/east"
            	ip6 saddr fd12:3456:789a:1::/64 counter snat ip6 to 2001:db8:1::1 comment "nat/east"
            }
            chain snat_eth1 {
            	ip daddr @site_ipv4 accept
            	ip6 daddr @site_ipv6 accept
            	ip saddr 10.1.0.0/24 ip daddr 192.0.2.2 accept
            	ip saddr 10.1.0.0/24 counter snat ip to 192.0.2.1 comment "nat/east"
            	ip6 saddr fd12:3456:789a:1::/64 ip6 daddr fd12:3456:789a:9::2 accept
            	ip6 saddr fd12:3456:789a:1::/64 counter snat ip6 to fd12:3456:789a:9::1 comment "nat/east"
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
      "06-taploom-br-east" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "66:39:ce:d4:44:01";
          Name = "br-east";
        };
      };
    };
    networks = {
      "05-taploom-eth0" = {
        address = [
          "203.0.113.1/24"
          "2001:db8:1::1/64"
        ];
        matchConfig.Name = "eth0";
        networkConfig = {
          DHCP = "no";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
        routes = map (entry "routeConfig") [
          { Gateway = "203.0.113.254"; }
          { Gateway = "fe80::1"; }
        ];
      };
      "05-taploom-eth1" = {
        address = [
          "192.0.2.1/30"
          "fd12:3456:789a:9::1/64"
        ];
        matchConfig.Name = "eth1";
        networkConfig = {
          DHCP = "no";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
        routes = map (entry "routeConfig") [
          { Destination = "10.2.0.0/24"; Gateway = "192.0.2.2"; }
          { Destination = "fd12:3456:789a:2::/64"; Gateway = "fd12:3456:789a:9::2"; Metric = 50; }
        ];
      };
      "06-taploom-br-east" = {
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
          Name = "br-east";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "07-taploom-taps-br-east" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-shop-east";
        };
        networkConfig = {
          Bridge = "br-east";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
    wait-online.anyInterface = prefer true;
  };
}
