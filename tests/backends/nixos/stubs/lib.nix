# As much of a module library as the rendered modules use, written for these tests.
release:
let
  inherit (builtins) all compareVersions filter;
in
rec {
  inherit all filter;
  trivial = { inherit release; };
  versionAtLeast = have: want: compareVersions have want >= 0;
  optionalAttrs = condition: set: if condition then set else { };
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
}
