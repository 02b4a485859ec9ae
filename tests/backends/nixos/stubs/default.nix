# Evaluates modules against the stubs; returns the settings, the units that NixOS would write, and failed assertions.
{ modules, release, microvm ? false }:
let
  types = import ./types.nix;
  runner = {
    microvm.interfaces = {
      type = types.listOf { name = "interface"; check = i: i.type == "tap" && builtins.isString i.id && builtins.isString i.mac; };
      default = [ ];
    };
  };
  lib = import ./lib.nix release;
  options = import ./options.nix release // lib.optionalAttrs microvm runner;
  settings = import ./evaluate.nix { inherit lib options; } modules;
in
{
  inherit settings;
  units = import ./render.nix settings.systemd.network;
  failed = map (a: a.message) (builtins.filter (a: !a.assertion) settings.assertions);
}
