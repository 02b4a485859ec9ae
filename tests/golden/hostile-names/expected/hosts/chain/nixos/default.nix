# Made by taploom for the host chain; changes belong in the specs.
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
        "br-if-a"
        "br-ifa"
        "br-inet"
        "br-xxxxxxx-58e5"
        "br-xxxxxxx-fd26"
        "e-0.1"
        "table"
      ];
      message = "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: one of br-if-a, br-ifa, br-inet, br-xxxxxxx-58e5, br-xxxxxxx-fd26, e-0.1, table. Remove it there.";
    }
    {
      assertion = rivals == [ ];
      message = "taploom: systemd.network.networks has units that match links of this module, or attach its TAPs to another bridge: ${lib.concatStringsSep ", " rivals}. Remove them, narrow their matchConfig.Name, or name them so that they sort after the units of taploom.";
    }
  ];
  boot.kernel.sysctl = {
    "net.ipv4.conf.all.forwarding" = rank true;
    "net.ipv6.conf.all.forwarding" = rank true;
    "net.ipv6.conf.table.accept_ra" = rank 2;
  };
  networking = {
    dhcpcd.denyInterfaces = [
      "br-if-a"
      "br-ifa"
      "br-inet"
      "br-xxxxxxx-58e5"
      "br-xxxxxxx-fd26"
      "e-0.1"
      "table"
      "vm-interfa-8220"
      "vm-interfa-a955"
      "vm-map-ifa"
      "vm-map-inet"
      "vm-set-if-a"
      "vm-set-inet"
    ];
    firewall = {
      enable = prefer false;
      extraForwardRules = ''
        iifname "br-if-a" accept
        oifname "br-if-a" accept
        iifname "br-ifa" accept
        oifname "br-ifa" accept
        iifname "br-inet" accept
        oifname "br-inet" accept
        iifname "br-xxxxxxx-58e5" accept
        oifname "br-xxxxxxx-58e5" accept
        iifname "br-xxxxxxx-fd26" accept
        oifname "br-xxxxxxx-fd26" accept
      '';
      interfaces = {
        br-inet.allowedUDPPorts = [ 67 ];
      };
    };
    networkmanager.unmanaged = [
      "interface-name:br-if-a"
      "interface-name:br-ifa"
      "interface-name:br-inet"
      "interface-name:br-xxxxxxx-58e5"
      "interface-name:br-xxxxxxx-fd26"
      "interface-name:e-0.1"
      "interface-name:table"
      "interface-name:vm-interfa-8220"
      "interface-name:vm-interfa-a955"
      "interface-name:vm-map-ifa"
      "interface-name:vm-map-inet"
      "interface-name:vm-set-if-a"
      "interface-name:vm-set-inet"
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
            		"vm-interfa-8220" . 10.3.0.43,
            		"vm-interfa-a955" . 10.2.0.151,
            		"vm-map-ifa" . 10.5.0.215,
            		"vm-map-inet" . 10.1.0.2,
            		"vm-set-if-a" . 10.4.0.247,
            		"vm-set-inet" . 10.1.0.3,
            	}
            }
            set bind_ipv6 {
            	type ifname . ipv6_addr
            	elements = {
            		"vm-interfa-8220" . fd12:3456:789a:3::7bfe,
            		"vm-interfa-a955" . fd12:3456:789a:2::9972,
            		"vm-map-inet" . fd12:3456:789a:1::2bd6,
            		"vm-set-inet" . fd12:3456:789a:1::db07,
            	}
            }
            set bind_mac {
            	type ifname . ether_addr
            	elements = {
            		"vm-interfa-8220" . 02:f0:63:f5:ea:fc,
            		"vm-interfa-a955" . 02:d0:a2:14:6b:88,
            		"vm-map-ifa" . 02:d1:0f:48:5f:bd,
            		"vm-map-inet" . 02:6c:36:1b:81:fb,
            		"vm-set-if-a" . 02:c9:1c:c7:76:bc,
            		"vm-set-inet" . 02:2d:de:73:e3:16,
            	}
            }
            set bind_target {
            	typeof iifname . @th,64,128
            	elements = {
            		"vm-interfa-8220" . 0xfd123456789a00030000000000007bfe,
            		"vm-interfa-a955" . 0xfd123456789a00020000000000009972,
            		"vm-map-inet" . 0xfd123456789a00010000000000002bd6,
            		"vm-set-inet" . 0xfd123456789a0001000000000000db07,
            	}
            }
            set owned_ipv6 {
            	type ipv6_addr
            	elements = {
            		fd12:3456:789a:1::1,
            		fd12:3456:789a:1::2bd6,
            		fd12:3456:789a:1::db07,
            		fd12:3456:789a:2::1,
            		fd12:3456:789a:2::9972,
            		fd12:3456:789a:3::1,
            		fd12:3456:789a:3::7bfe,
            		fe80::10e8:e5ff:fe47:d551,
            		fe80::1842:33ff:fe09:4ad,
            		fe80::e072:34ff:feca:a125,
            	}
            }
            set owned_target {
            	typeof @th,64,128
            	elements = {
            		0xfd123456789a00010000000000000001,
            		0xfd123456789a00010000000000002bd6,
            		0xfd123456789a0001000000000000db07,
            		0xfd123456789a00020000000000000001,
            		0xfd123456789a00020000000000009972,
            		0xfd123456789a00030000000000000001,
            		0xfd123456789a00030000000000007bfe,
            		0xfe8000000000000010e8e5fffe47d551,
            		0xfe80000000000000184233fffe0904ad,
            		0xfe80000000000000e07234fffecaa125,
            	}
            }
            set ports_guarded {
            	type ifname
            	elements = {
            		"vm-interfa-8220",
            		"vm-interfa-a955",
            		"vm-map-ifa",
            		"vm-map-inet",
            		"vm-set-if-a",
            		"vm-set-inet",
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
            limit limit_policy_policy {
            	rate 1/second burst 5 packets
            }
            set allow_other_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		198.51.100.0/24 . 0.0.0.0/0 . 22 comment "policy/ct",
            	}
            }
            set allow_other_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:f::/48 . ::/0 . 22 comment "policy/ct",
            	}
            }
            set allow_zone-ip6_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		198.51.100.0/24 . 0.0.0.0/0 . 22 comment "policy/ct",
            	}
            }
            set allow_zone-ip6_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:f::/48 . ::/0 . 22 comment "policy/ct",
            	}
            }
            set allow_zone-ip_self_ipv4_tcp {
            	type ipv4_addr . ipv4_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		198.51.100.0/24 . 0.0.0.0/0 . 22 comment "policy/ct",
            	}
            }
            set allow_zone-ip_self_ipv6_tcp {
            	type ipv6_addr . ipv6_addr . inet_service
            	flags interval
            	counter
            	elements = {
            		2001:db8:f::/48 . ::/0 . 22 comment "policy/ct",
            	}
            }
            set astray_ipv4 {
            	type ifname . ipv4_addr
            	flags interval
            	elements = {
            		"table" . 192.0.2.0/30,
            	}
            }
            set bogon_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		0.0.0.0/8,
            		10.1.0.0/24,
            		10.2.0.0/24,
            		10.3.0.0/24,
            		10.4.0.0/24,
            		10.5.0.0/24,
            		127.0.0.0/8,
            		192.0.2.1,
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
            		fd12:3456:789a:3::/64,
            		ff00::/8,
            	}
            }
            set clamp_pairs {
            	type ifname . ifname
            	elements = {
            		"br-if-a" . "e-0.1",
            		"br-if-a" . "table",
            		"br-ifa" . "e-0.1",
            		"br-ifa" . "table",
            		"br-inet" . "e-0.1",
            		"br-inet" . "table",
            		"br-xxxxxxx-58e5" . "e-0.1",
            		"br-xxxxxxx-58e5" . "table",
            		"br-xxxxxxx-fd26" . "e-0.1",
            		"br-xxxxxxx-fd26" . "table",
            		"e-0.1" . "br-if-a",
            		"e-0.1" . "br-ifa",
            		"e-0.1" . "br-inet",
            		"e-0.1" . "br-xxxxxxx-58e5",
            		"e-0.1" . "br-xxxxxxx-fd26",
            		"table" . "br-if-a",
            		"table" . "br-ifa",
            		"table" . "br-inet",
            		"table" . "br-xxxxxxx-58e5",
            		"table" . "br-xxxxxxx-fd26",
            	}
            }
            map dnat_e-0.1_ipv4_all_open_ip_tcp_port {
            	type ipv4_addr . inet_service : ipv4_addr . inet_service
            	elements = {
            		192.0.2.1 . 80 comment "forward/dnat" : 10.4.0.247 . 80,
            	}
            }
            map dnat_e-0.1_ipv4_all_tcp_sender-port {
            	type ipv4_addr . ipv4_addr . inet_service : ipv4_addr . inet_service
            	flags interval
            	elements = {
            		198.51.100.0/24 . 192.0.2.1 . 80 comment "forward/dnat" : 10.4.0.247 . 80,
            	}
            }
            map dnat_ingress {
            	type ifname . nf_proto : verdict
            	elements = {
            		"br-if-a" . ipv4 : goto dnat-inside_ipv4,
            		"br-ifa" . ipv4 : goto dnat-inside_ipv4,
            		"br-inet" . ipv4 : goto dnat-inside_ipv4,
            		"br-xxxxxxx-58e5" . ipv4 : goto dnat-inside_ipv4,
            		"br-xxxxxxx-fd26" . ipv4 : goto dnat-inside_ipv4,
            		"e-0.1" . ipv4 : goto dnat_e-0.1_ipv4,
            		"table" . ipv4 : goto dnat_table_ipv4,
            	}
            }
            map dnat_table_ipv4_all_open_ip_tcp_port {
            	type inet_service : ipv4_addr . inet_service
            	elements = {
            		80 comment "forward/dnat" : 10.4.0.247 . 80,
            	}
            }
            map dnat_table_ipv4_all_tcp_port {
            	type inet_service : ipv4_addr . inet_service
            	elements = {
            		4444 comment "forward/redirect" : 10.5.0.215 . 4444,
            	}
            }
            map dnat_table_ipv4_all_tcp_sender-port {
            	type ipv4_addr . inet_service : ipv4_addr . inet_service
            	flags interval
            	elements = {
            		198.51.100.0/24 . 80 comment "forward/dnat" : 10.4.0.247 . 80,
            	}
            }
            map forward_pairs {
            	type ifname . ifname : verdict
            	elements = {
            		"br-if-a" . "br-if-a" : goto forward_net-if-a_net-if-a,
            		"br-if-a" . "br-ifa" : goto forward_net-if-a_net-ifa,
            		"br-ifa" . "br-if-a" : goto forward_net-ifa_net-if-a,
            		"br-ifa" . "br-ifa" : goto forward_net-ifa_net-ifa,
            		"br-inet" . "br-if-a" : goto forward_net-inet_net-if-a,
            		"br-inet" . "br-ifa" : goto forward_net-inet_net-ifa,
            		"br-inet" . "br-inet" : goto forward_net-inet_net-inet,
            		"br-inet" . "br-xxxxxxx-58e5" : goto forward_net-inet_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1,
            		"br-inet" . "e-0.1" : goto forward_net-inet_zone-ip6,
            		"br-xxxxxxx-58e5" . "br-if-a" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1_net-if-a,
            		"br-xxxxxxx-58e5" . "br-ifa" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1_net-ifa,
            		"br-xxxxxxx-58e5" . "br-xxxxxxx-58e5" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1,
            		"br-xxxxxxx-fd26" . "br-if-a" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_net-if-a,
            		"br-xxxxxxx-fd26" . "br-ifa" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_net-ifa,
            		"br-xxxxxxx-fd26" . "br-xxxxxxx-fd26" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2,
            		"br-xxxxxxx-fd26" . "table" : goto forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_zone-ip,
            		"e-0.1" . "br-if-a" : goto forward_zone-ip6_net-if-a,
            		"e-0.1" . "br-ifa" : goto forward_zone-ip6_net-ifa,
            		"table" . "br-if-a" : goto forward_zone-ip_net-if-a,
            		"table" . "br-ifa" : goto forward_zone-ip_net-ifa,
            	}
            }
            set forwards_net-if-a_ipv4_tcp {
            	type ipv4_addr . inet_service
            	counter
            	elements = {
            		10.4.0.247 . 80 comment "forward/dnat",
            	}
            }
            set forwards_net-ifa_ipv4_tcp {
            	type ipv4_addr . inet_service
            	counter
            	elements = {
            		10.5.0.215 . 4444 comment "forward/redirect",
            	}
            }
            map input_ingress {
            	type ifname : verdict
            	elements = {
            		"br-if-a" : goto input_net-if-a,
            		"br-ifa" : goto input_net-ifa,
            		"br-inet" : goto input_net-inet,
            		"br-xxxxxxx-58e5" : goto input_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1,
            		"br-xxxxxxx-fd26" : goto input_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2,
            		"e-0.1" : goto input_zone-ip6,
            		"table" : goto input_zone-ip,
            	}
            }
            set kept_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		10.1.0.1,
            		10.2.0.1,
            		10.3.0.1,
            		10.4.0.1,
            		10.5.0.1,
            		127.0.0.0/8,
            		169.254.0.0/16,
            		192.0.2.1,
            	}
            }
            map raw_ingress {
            	type ifname : verdict
            	elements = {
            		"br-if-a" : goto raw_bridge,
            		"br-ifa" : goto raw_bridge,
            		"br-inet" : goto raw_bridge,
            		"br-xxxxxxx-58e5" : goto raw_bridge,
            		"br-xxxxxxx-fd26" : goto raw_bridge,
            		"e-0.1" : goto raw_uplink,
            		"table" : goto raw_uplink,
            	}
            }
            set site_ipv4 {
            	type ipv4_addr
            	flags interval
            	elements = {
            		10.1.0.0/24,
            		10.2.0.0/24,
            		10.3.0.0/24,
            		10.4.0.0/24,
            		10.5.0.0/24,
            	}
            }
            set site_ipv6 {
            	type ipv6_addr
            	flags interval
            	elements = {
            		fd12:3456:789a:1::/64,
            		fd12:3456:789a:2::/64,
            		fd12:3456:789a:3::/64,
            	}
            }
            chain forward {
            	type filter hook forward priority filter; policy accept;
            	ct state established,related accept comment "implied/established"
            	iifname "br-if-a" goto forward_ours
            	iifname "br-ifa" goto forward_ours
            	iifname "br-inet" goto forward_ours
            	iifname "br-xxxxxxx-58e5" goto forward_ours
            	iifname "br-xxxxxxx-fd26" goto forward_ours
            	oifname "br-if-a" goto forward_ours
            	oifname "br-ifa" goto forward_ours
            	oifname "br-inet" goto forward_ours
            	oifname "br-xxxxxxx-58e5" goto forward_ours
            	oifname "br-xxxxxxx-fd26" goto forward_ours
            	iifname "e-0.1" goto forward_uplink
            	iifname "table" goto forward_uplink
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
            	iifname "br-if-a" goto drop_input
            	iifname "br-ifa" goto drop_input
            	iifname "br-inet" goto drop_input
            	iifname "br-xxxxxxx-58e5" goto drop_input
            	iifname "br-xxxxxxx-fd26" goto drop_input
            	iifname "e-0.1" goto drop_input
            	iifname "table" goto drop_input
            	goto input_other
            }
            chain mangle_forward {
            	type filter hook forward priority mangle; policy accept;
            	tcp flags & (syn | rst) == syn iifname . oifname @clamp_pairs tcp option maxseg size set rt mtu comment "implied/mss"
            }
            chain nat_output {
            	type nat hook output priority -100; policy accept;
            	meta nfproto ipv4 goto dnat-inside_ipv4
            }
            chain nat_postrouting {
            	type nat hook postrouting priority srcnat; policy accept;
            	iifname "br-if-a" oifname "br-if-a" ct status dnat counter masquerade comment "implied/hairpin"
            	iifname "br-ifa" oifname "br-ifa" ct status dnat counter masquerade comment "implied/hairpin"
            	oifname "e-0.1" goto snat_e-0.1
            	oifname "table" goto snat_table
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
            	meta l4proto tcp dnat ip to ip saddr . ip daddr . th dport map @dnat_e-0.1_ipv4_all_tcp_sender-port
            	ip daddr @kept_ipv4 return
            	fib daddr type != local return
            	meta l4proto tcp dnat ip to ip saddr . th dport map @dnat_table_ipv4_all_tcp_sender-port
            	meta l4proto tcp dnat ip to th dport map @dnat_table_ipv4_all_tcp_port
            }
            chain dnat_e-0.1_ipv4 {
            	meta l4proto tcp dnat ip to ip saddr . ip daddr . th dport map @dnat_e-0.1_ipv4_all_tcp_sender-port
            	ip daddr @kept_ipv4 return
            	fib daddr type != local return
            	fib daddr . iif type != local meta l4proto tcp dnat ip to ip saddr . th dport map @dnat_table_ipv4_all_tcp_sender-port
            	fib daddr . iif type != local meta l4proto tcp dnat ip to th dport map @dnat_table_ipv4_all_tcp_port
            }
            chain dnat_table_ipv4 {
            	meta l4proto tcp dnat ip to ip saddr . ip daddr . th dport map @dnat_e-0.1_ipv4_all_tcp_sender-port
            	ip saddr != @site_ipv4 meta l4proto tcp dnat ip to ip daddr . th dport map @dnat_e-0.1_ipv4_all_open_ip_tcp_port
            	ip daddr @kept_ipv4 return
            	fib daddr . iif type != local return
            	meta l4proto tcp dnat ip to ip saddr . th dport map @dnat_table_ipv4_all_tcp_sender-port
            	meta l4proto tcp dnat ip to th dport map @dnat_table_ipv4_all_tcp_port
            	ip saddr != @site_ipv4 meta l4proto tcp dnat ip to th dport map @dnat_table_ipv4_all_open_ip_tcp_port
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
            chain forward_net-if-a_net-if-a {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-if-a_net-ifa {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-ifa_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-ifa_net-if-a {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-if-a_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-ifa_net-ifa {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-inet_net-if-a {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-if-a_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-inet_net-ifa {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-ifa_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-inet_net-inet {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-inet_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1 {
            	ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/24 meta l4proto tcp th dport 4444 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	ip saddr 10.1.0.0/24 ip daddr 10.2.0.0/24 meta l4proto udp th dport 5555 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	ip6 saddr fd12:3456:789a:1::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto tcp th dport 4444 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	ip6 saddr fd12:3456:789a:1::/64 ip6 daddr fd12:3456:789a:2::/64 meta l4proto udp th dport 5555 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	goto drop_forward
            }
            chain forward_net-inet_zone-ip6 {
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @site_ipv6 goto drop_forward
            	ip saddr 10.1.0.0/24 meta l4proto tcp th dport 4444 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	ip saddr 10.1.0.0/24 meta l4proto udp th dport 5555 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	ip6 saddr fd12:3456:789a:1::/64 meta l4proto tcp th dport 4444 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	ip6 saddr fd12:3456:789a:1::/64 meta l4proto udp th dport 5555 limit name "limit_policy_policy" log prefix "taploom policy/policy: " counter accept comment "policy/policy"
            	goto drop_forward
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1_net-if-a {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-if-a_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1_net-ifa {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-ifa_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1 {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_net-if-a {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-if-a_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_net-ifa {
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-ifa_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2 {
            	ip6 hoplimit 255 icmpv6 type 133-137 accept comment "implied/nd"
            	accept comment "implied/bridge"
            }
            chain forward_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2_zone-ip {
            	ip daddr @site_ipv4 goto drop_forward
            	ip6 daddr @site_ipv6 goto drop_forward
            	ip saddr 10.3.0.0/24 counter drop comment "policy/limit"
            	ip6 saddr fd12:3456:789a:3::/64 counter drop comment "policy/limit"
            	goto drop_forward
            }
            chain forward_ours {
            	ct state invalid goto drop_invalid
            	iifname . oifname vmap @forward_pairs
            	goto drop_forward
            }
            chain forward_uplink {
            	oifname "e-0.1" goto forward_ours
            	oifname "table" goto forward_ours
            }
            chain forward_zone-ip6_net-if-a {
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-if-a_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_zone-ip6_net-ifa {
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-ifa_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_zone-ip_net-if-a {
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-if-a_ipv4_tcp accept
            	goto drop_forward
            }
            chain forward_zone-ip_net-ifa {
            	ip saddr @site_ipv4 goto drop_forward
            	ip6 saddr @site_ipv6 goto drop_forward
            	ct status dnat meta l4proto tcp ip daddr . th dport @forwards_net-ifa_ipv4_tcp accept
            	goto drop_forward
            }
            chain input_net-if-a {
            	goto drop_input
            }
            chain input_net-ifa {
            	goto drop_input
            }
            chain input_net-inet {
            	meta nfproto ipv4 meta l4proto udp th sport . th dport { 68 . 67 } accept comment "implied/dhcp"
            	ip6 hoplimit 255 icmpv6 type nd-router-solicit accept comment "implied/rs"
            	goto drop_input
            }
            chain input_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1 {
            	goto drop_input
            }
            chain input_net-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2 {
            	goto drop_input
            }
            chain input_other {
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_other_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_other_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-ip {
            	iifname "table" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } accept comment "implied/dhcp-client"
            	iifname "table" ip6 hoplimit 255 icmpv6 type nd-router-advert accept comment "implied/ra-client"
            	iifname "table" ip6 saddr fe80::/10 meta l4proto udp th sport . th dport { 547 . 546 } accept comment "implied/dhcp-client"
            	ip saddr @site_ipv4 goto drop_input
            	ip6 saddr @site_ipv6 goto drop_input
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_zone-ip_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_zone-ip_self_ipv6_tcp accept
            	goto drop_input
            }
            chain input_zone-ip6 {
            	ip saddr @site_ipv4 goto drop_input
            	ip6 saddr @site_ipv6 goto drop_input
            	meta l4proto tcp ip saddr . ip daddr . th dport @allow_zone-ip6_self_ipv4_tcp accept
            	meta l4proto tcp ip6 saddr . ip6 daddr . th dport @allow_zone-ip6_self_ipv6_tcp accept
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
            	iifname "table" meta nfproto ipv4 meta l4proto udp th sport . th dport { 67 . 68 } fib daddr type { local, broadcast } accept comment "implied/dhcp-client"
            	iifname . ip saddr @astray_ipv4 counter name drop_rpf drop
            	fib saddr oif missing counter name drop_rpf drop
            }
            chain snat_e-0.1 {
            	ip daddr @site_ipv4 accept
            	ip saddr 10.1.0.0/24 counter snat ip to 192.0.2.1 comment "nat/inet"
            }
            chain snat_table {
            	ip daddr @site_ipv4 accept
            	ip6 daddr @site_ipv6 accept
            	ip saddr 10.1.0.0/24 counter masquerade comment "nat/inet"
            	ip6 saddr fd12:3456:789a:1::/64 counter masquerade comment "nat/inet"
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
      "06-taploom-br-if-a" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "1a:26:9a:16:ec:e5";
          Name = "br-if-a";
        };
      };
      "06-taploom-br-ifa" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "9e:d7:9b:98:0d:a9";
          Name = "br-ifa";
        };
      };
      "06-taploom-br-inet" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "1a:42:33:09:04:ad";
          Name = "br-inet";
        };
      };
      "06-taploom-br-xxxxxxx-58e5" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "12:e8:e5:47:d5:51";
          Name = "br-xxxxxxx-58e5";
        };
      };
      "06-taploom-br-xxxxxxx-fd26" = {
        netdevConfig = {
          Kind = "bridge";
          MACAddress = "e2:72:34:ca:a1:25";
          Name = "br-xxxxxxx-fd26";
        };
      };
    };
    networks = {
      "05-taploom-e-0.1" = {
        address = [ "192.0.2.1/30" ];
        matchConfig.Name = "e-0.1";
        networkConfig = {
          DHCP = "no";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "no";
          MulticastDNS = "no";
        };
      };
      "05-taploom-table" = {
        matchConfig.Name = "table";
        networkConfig = {
          DHCP = "ipv4";
          IPv6AcceptRA = "yes";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-if-a" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.4.0.1/24"; }
        ];
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-if-a";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "no";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-ifa" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.5.0.1/24"; }
        ];
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-ifa";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "no";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-inet" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.1.0.1/24"; }
          { Address = "fd12:3456:789a:1::1/64"; DuplicateAddressDetection = "none"; }
        ];
        dhcpServerConfig = {
          DefaultLeaseTimeSec = "43200";
          MaxLeaseTimeSec = "43200";
          PoolOffset = 128;
          PoolSize = 127;
        };
        dhcpServerStaticLeases = map (entry "dhcpServerStaticLeaseConfig") [
          { Address = "10.1.0.2"; MACAddress = "02:6c:36:1b:81:fb"; }
          { Address = "10.1.0.3"; MACAddress = "02:2d:de:73:e3:16"; }
        ];
        ipv6Prefixes = map (entry "ipv6PrefixConfig") [
          { Prefix = "fd12:3456:789a:1::/64"; }
        ];
        ipv6SendRAConfig.EmitDomains = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-inet";
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
      "06-taploom-br-xxxxxxx-58e5" = {
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
          Name = "br-xxxxxxx-58e5";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "06-taploom-br-xxxxxxx-fd26" = {
        addresses = map (entry "addressConfig") [
          { Address = "10.3.0.1/24"; }
          { Address = "fd12:3456:789a:3::1/64"; DuplicateAddressDetection = "none"; }
        ];
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "bridge";
          Name = "br-xxxxxxx-fd26";
        };
        networkConfig = {
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LLMNR = "no";
          LinkLocalAddressing = "ipv6";
          MulticastDNS = "no";
        };
      };
      "07-taploom-taps-br-if-a" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-set-if-a";
        };
        networkConfig = {
          Bridge = "br-if-a";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
      "07-taploom-taps-br-ifa" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-map-ifa";
        };
        networkConfig = {
          Bridge = "br-ifa";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
      "07-taploom-taps-br-inet" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = [
            "vm-map-inet"
            "vm-set-inet"
          ];
        };
        networkConfig = {
          Bridge = "br-inet";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
      "07-taploom-taps-br-xxxxxxx-58e5" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-interfa-a955";
        };
        networkConfig = {
          Bridge = "br-xxxxxxx-58e5";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
      "07-taploom-taps-br-xxxxxxx-fd26" = {
        bridgeConfig.Isolated = "no";
        linkConfig = {
          MTUBytes = "1500";
          RequiredForOnline = "no";
        };
        matchConfig = {
          Kind = "tun";
          Name = "vm-interfa-8220";
        };
        networkConfig = {
          Bridge = "br-xxxxxxx-fd26";
          ConfigureWithoutCarrier = "yes";
          IPv6AcceptRA = "no";
          LinkLocalAddressing = "no";
        };
      };
    };
    wait-online.anyInterface = prefer true;
  };
}
