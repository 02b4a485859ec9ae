"""Bindings that the modules of hosts and guests have in their `let`."""

from typing import Final

from taploom.backends.nixos.tree import Binding

FLAT: Final = Binding(
    "flat",
    'lib.versionAtLeast lib.trivial.release "24.11"',
    "Whether repeated sections are flat sets (NixOS 24.11 and later) or nested ones (24.05).",
)
ENTRY: Final = Binding(
    "entry",
    "wrapper: fields: if flat then fields else { ${wrapper} = fields; }",
    "One section of a list, in the shape of this release.",
)
PREFER: Final = Binding(
    "prefer",
    "lib.mkOverride 900",
    "Priority above the defaults of nixos-generate-config and below the settings of a person.",
)
RANK: Final = Binding(
    "rank",
    "lib.mkOverride 99",
    "The priority with which networking.nat sets the same keys, so that equal values do not conflict.",
)
UNCLAIMED: Final = Binding(
    "unclaimed",
    """lib.all (
  name:
  let
    link = config.networking.interfaces.${name} or { };
  in
  !(config.networking.bridges ? ${name})
  && (link.useDHCP or null) != true
  && (link.ipv4.addresses or [ ]) == [ ]
  && (link.ipv6.addresses or [ ]) == [ ]
)""",
    "Whether no other option gives one of these links an address or makes a bridge of its name.",
)
RIVALS: Final = Binding(
    "rivals",
    """let
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
builtins.filter (other: lib.any (rival other) ours) others""",
    "Units not from taploom that networkd tries first for the same links, or that attach our TAPs to another bridge.",
)
