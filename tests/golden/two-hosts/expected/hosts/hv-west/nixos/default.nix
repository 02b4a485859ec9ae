# Made by taploom for the host hv-west; changes belong in the specs.
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
        "br-west"
        "eth0"
        "eth1"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of br-west, eth0, eth1. Remove it there.";
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
      "br-west"
      "eth0"
      "eth1"
      "vm-desk-west"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "br-west" accept
        oifname "br-west" accept
      '';
    };
    networkmanager.unmanaged = [
      "interface-name:br-west"
      "interface-name:eth0"
      "interface-name:eth1"
      "interface-name:vm-desk-west"
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
            		"vm-desk-west" . 10.2.0.97,
            	}
            }
            set bind_ipv6 {
            	type ifname . ipv6_addr
            	elements = {
            		"vm-desk-west" . fd12:3456:789a:2::5b9c,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"vm-desk-west" . 02:f6:ed:51:ef:63,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"vm-desk-west" . 0xfd123456789a00020000000000005b9c,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		fd12:3456:789a:2::1,
            		fd12:3456:789a:2::5b9c,
            		fe80::2836:36ff:fec7:32c4,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0xfd123456789a00020000000000000001,
            		0xfd123456789a00020000000000005b9c,
            		0xfe80000000000000283636fffec732c4,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"vm-desk-west",
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
            set allow_net-west_remote-internet_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.2.0.0/24 . 203.0.113.1 . 22 comment "policy/admin",
            		10.2.0.0/24 . 203.0.113.1 . 443 comment "implied/forwards-of-hv-east",
            	}
            }
            set allow_net-west_remote-internet_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:2::/64 . 2001:db8:1::1 . 22 comment "policy/admin",
            		fd12:3456:789a:2::/64 . 2001:db8:1::1 . 443 comment "implied/forwards-of-hv-east",
            	}
            }
            set allow_net-west_remote-line_ipv4_icmp {
            	type ipv4_addr . ipv4_addr . icmp_type
            	counter
            	elements = {
            		10.2.0.97 . 10.1.0.136 . echo-request comment "policy/desk-to-shop",
            	}
            }
            set allow_net-west_remote-line_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	counter
            	elements = {
            		10.2.0.97 . 10.1.0.136 . 80 comment "policy/desk-to-shop",
            	}
            }
            set allow_net-west_remote-line_ipv4_tcp_2 {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.2.0.0/24 . 192.0.2.1 . 22 comment "policy/admin",
            		10.2.0.0/24 . 192.0.2.1 . 443 comment "implied/forwards-of-hv-east",
            		10.2.0.0/24 . 203.0.113.1 . 22 comment "policy/admin",
            		10.2.0.0/24 . 203.0.113.1 . 443 comment "implied/forwards-of-hv-east",
            	}
            }
            set allow_net-west_remote-line_ipv6_icmpv6 {
            	type ipv6_addr . ipv6_addr . icmpv6_type
            	counter
            	elements = {
            		fd12:3456:789a:2::5b9c . fd12:3456:789a:1::6a05 . echo-request comment "policy/desk-to-shop",
            	}
            }
            set allow_net-west_remote-line_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	counter
            	elements = {
            		fd12:3456:789a:2::5b9c . fd12:3456:789a:1::6a05 . 80 comment "policy/desk-to-shop",
            	}
            }
            set allow_net-west_remote-line_ipv6_tcp_2 {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:2::/64 . 2001:db8:1::1 . 22 comment "policy/admin",
            		fd12:3456:789a:2::/64 . 2001:db8:1::1 . 443 comment "implied/forwards-of-hv-east",
            		fd12:3456:789a:2::/64 . fd12:3456:789a:9::1 . 22 comment "policy/admin",
            		fd12:3456:789a:2::/64 . fd12:3456:789a:9::1 . 443 comment "implied/forwards-of-hv-east",
            	}
            }
            set allow_net-west_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.2.0.0/24 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_net-west_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:2::/64 . ::/0 . 22 comment "policy/admin",
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
            set allow_remote-internet_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		203.0.113.1 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_remote-internet_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:1::1 . ::/0 . 22 comment "policy/admin",
            	}
            }
            set allow_remote-line_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.1.0.0/24 . 0.0.0.0/0 . 22 comment "policy/admin",
            		192.0.2.1 . 0.0.0.0/0 . 22 comment "policy/admin",
            		203.0.113.1 . 0.0.0.0/0 . 22 comment "policy/admin",
            	}
            }
            set allow_remote-line_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:1::1 . ::/0 . 22 comment "policy/admin",
            		fd12:3456:789a:1::/64 . ::/0 . 22 comment "policy/admin",
            		fd12:3456:789a:9::1 . ::/0 . 22 comment "policy/admin",
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
            		"eth0" . 10.1.0.0/24,
            		"eth0" . 192.0.2.0/30,
            	}
            }
            set astray_ipv6 {
            	type ifname . ipv6_addr
            	flags interval
            	elements = {
            		"eth0" . fd12:3456:789a:1::/64,
            		"eth0" . fd12:3456:789a:9::/64,
            	}
            }
            set bogon_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		0.0.0.0/8,
            		10.2.0.0/24,
            		127.0.0.0/8,
            		192.0.2.2,
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
            		fd12:3456:789a:2::/64,
            		fd12:3456:789a:9::2,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"br-west" . "eth0",
            		"br-west" . "eth1",
            		"eth0" . "br-west",
            		"eth1" . "br-west",
            	}
            }
            set deny_remote-line_net-west_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		10.1.0.0/24 . 10.2.0.0/24 . 22 comment "policy/never",
            	}
            }
            set deny_remote-line_net-west_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		fd12:3456:789a:1::/64 . fd12:3456:789a:2::/64 . 22 comment "policy/never",
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"br-west" . "br-west" : goto forward_net-west_net-west,
            		"br-west" . "eth0" : goto forward_net-west_zone-internet,
            		"br-west" . "eth1" : goto forward_net-west_zone-line,
            		"eth1" . "br-west" : goto forward_zone-line_net-west,
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"br-west" : goto input_net-west,
            		"eth0" : goto input_zone-internet,
            		"eth1" : goto input_zone-line,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"br-west" : goto raw_bridge,
            		"eth0" : goto raw_uplink,
            		"eth1" : goto raw_uplink,
            	}
            }
            set remote_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		10.1.0.0/24,
            		192.0.2.1,
            		203.0.113.1,
            	}
            }
            set remote_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		2001:db8:1::1,
            		fd12:3456:789a:1::/64,
            		fd12:3456:789a:9::1,
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
            	iifname "br-west" goto forward_ours
            	oifname "br-west" goto forward_ours
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
            	iifname "br-west" goto drop_input
            	iifname "eth0" goto drop_input
            	iifname "eth1" goto drop_input
            	goto input_other
            }
            chain mangle_forward {
            	type filter hook forward priority mangle; policy accept;
            	tcp flags & (syn | rst) == syn iifname . oifname @clamp_pairs tcp option maxseg size set rt mtu comment "implied/mss"
            }
            chain nat_postrouting {
            	type nat hook postrouting priority srcnat; policy accept;
            	oifname "eth0" goto snat_eth0
            	oifname "eth1" goto snat_eth1
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
            chain forward_net-west_net-west {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-west_remote-internet {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-west_remote-internet_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-west_remote-internet_ipv6_tcp accept
            	goto drop_forward
            }
            chain forward_net-west_remote-line {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-west_remote-line_ipv4_tcp accept
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-west_remote-line_ipv4_tcp_2 accept
            	ip saddr . ip daddr . icmp type @allow_net-west_remote-line_ipv4_icmp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-west_remote-line_ipv6_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-west_remote-line_ipv6_tcp_2 accept
            	ip6 saddr . ip6 daddr . icmpv6 type @allow_net-west_remote-line_ipv6_icmpv6 accept
            	goto drop_forward
            }
            chain forward_net-west_zone-internet {
            	ip daddr @remote_ipv4 goto forward_net-west_remote-internet
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @remote_ipv6 goto forward_net-west_remote-internet
            	ip6 daddr @site_ipv6 goto drop_forward
            	goto drop_forward
            }
            chain forward_net-west_zone-line {
            	ip daddr @remote_ipv4 goto forward_net-west_remote-line
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @remote_ipv6 goto forward_net-west_remote-line
            	ip6 daddr @site_ipv6 goto drop_forward
            	goto drop_forward
            }
            chain forward_ours {
            	ct state invalid goto drop_invalid
            	iifname . oifname vmap @forward_pairs
            	goto drop_forward
            }
            chain forward_remote-line_net-west {
            	meta l4proto tcp ip saddr . ip daddr . th dport @deny_remote-line_net-west_ipv4_tcp drop
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @deny_remote-line_net-west_ipv6_tcp drop
            	goto drop_forward
            }
            chain forward_uplink {
            	oifname "eth0" goto forward_ours
            	oifname "eth1" goto forward_ours
            }
            chain forward_zone-line_net-west {
            	ip saddr @remote_ipv4 goto forward_remote-line_net-west
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @remote_ipv6 goto forward_remote-line_net-west
            	ip6 saddr @site_ipv6 goto drop_forward
            	goto drop_forward
            }
            chain input_net-west {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_net-west_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_net-west_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_other {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_other_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_other_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_remote-internet {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_remote-internet_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_remote-internet_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_remote-line {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_remote-line_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_remote-line_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-internet {
            	iifname "eth0" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } accept comment "implied/dhcp-client"
            	iifname "eth0" ip6 hoplimit 255 icmpv6 type nd-router-advert accept comment "implied/ra-client"
            	iifname "eth0" ip6 saddr fe80::/10 meta l4proto udp th sport . th dport { 547 . 546 } accept comment "implied/dhcp-client"
            	ip saddr @remote_ipv4 goto input_remote-internet
            	ip saddr @site_ipv4 goto drop_input
            	ip6 saddr @remote_ipv6 goto input_remote-internet
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
            	iifname "eth0" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } fib daddr type { local, broadcast } accept comment "implied/dhcp-client"
            	iifname . ip saddr @astray_ipv4 counter name drop_rpf drop
            	iifname . ip6 saddr @astray_ipv6 counter name drop_rpf drop
            	fib saddr oif missing counter name drop_rpf drop
            }
            chain snat_eth0 {
            	ip daddr @site_ipv4 accept
            	ip6 daddr @site_ipv6 accept
            	ip saddr 10.2.0.0/24 counter masquerade comment "nat/west"
            	ip6 saddr fd12:3456:789a:2::/64 counter masquerade comment "nat/west"
            }
            chain snat_eth1 {
            	ip daddr @site_ipv4 accept
            	ip6 daddr @site_ipv6 accept
            	ip saddr 10.2.0.0/24 ip daddr { 192.0.2.1, 203.0.113.1 } accept
            	ip saddr 10.2.0.0/24 counter snat ip to 192.0.2.2 comment "nat/west"
            	ip6 saddr fd12:3456:789a:2::/64 ip6 daddr { 2001:db8:1::1, fd12:3456:789a:9::1 } accept
            	ip6 saddr fd12:3456:789a:2::/64 counter snat ip6 to fd12:3456:789a:9::2 comment "nat/west"
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
      "06-taploom-br-west" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "2a:36:36:c7:32:c4";
          Name = "br-west";
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
      "05-taploom-eth1" = {
        address = [
          "192.0.2.2/30"
          "fd12:3456:789a:9::2/64"
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
          { Destination = "10.1.0.0/24"; Gateway = "192.0.2.1"; }
          { Destination = "fd12:3456:789a:1::/64"; Gateway = "fd12:3456:789a:9::1"; }
        ];
      };
      "06-taploom-br-west" = {
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
          Name = "br-west";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "07-taploom-taps-br-west" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-desk-west";
        };
        networkConfig = {
          Bridge = "br-west";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
    wait-online.anyInterface = prefer true;
  };
}
