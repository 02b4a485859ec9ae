# Option types: `check` tells whether a definition fits; `merge` joins definitions of equal priority to one value.
let
  inherit (builtins) all attrNames concatLists concatStringsSep elem head isAttrs isBool isInt isList isString length listToAttrs map tail toJSON;

  leaf = name: check: {
    inherit name check;
    merge = path: values:
      if all (value: value == head values) values then head values
      else throw "The option `${path}' has conflicting definition values: ${toJSON values}";
  };
in
rec {
  bool = leaf "boolean" isBool;
  int = leaf "signed integer" isInt;
  str = leaf "string" isString;
  port = leaf "port" (value: isInt value && value > 0 && value < 65536);
  enum = values: leaf "one of ${toJSON values}" (value: elem value values);
  nullOr = type: leaf "null or ${type.name}" (value: value == null || type.check value);
  scalar = leaf "boolean, string or number" (value: isBool value || isInt value || isString value);
  lines = {
    name = "strings concatenated with line ends";
    check = isString;
    merge = path: concatStringsSep "\n";
  };
  listOf = type: {
    name = "list of ${type.name}";
    check = value: isList value && all type.check value;
    merge = path: concatLists;
  };
  # The type that nixpkgs uses for the value of a key in a unit: a scalar or a list; several lists are concatenated.
  unitOption = {
    name = "value of a unit";
    check = value: if isList value then all scalar.check value else scalar.check value;
    merge = path: values: if length values > 1 && all isList values then concatLists values else scalar.merge path values;
  };
  # Types that contain options; the evaluator descends into them.
  attrsOf = type: { name = "attribute set of ${type.name}"; inner = type; };
  checked = inner: complaints: inner // { inherit complaints; };
  submodule = options: { name = "submodule"; inherit options; };
}
