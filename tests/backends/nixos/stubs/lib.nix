# The functions of nixpkgs' `lib` that the rendered modules use, rewritten for these tests.
release:
let
  inherit (builtins) all any compareVersions concatMap concatStringsSep filter isList isString replaceStrings split stringLength substring;
in
rec {
  inherit all any concatMap concatStringsSep filter;
  hasPrefix = start: text: substring 0 (stringLength start) text == start;
  hasInfix = part: text: replaceStrings [ part ] [ "" ] text != text;
  splitString = separator: text: filter isString (split separator text);
  toList = value: if isList value then value else [ value ];
  trivial = { inherit release; };
  versionAtLeast = have: want: compareVersions have want >= 0;
  optionalAttrs = condition: set: if condition then set else { };
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
}
