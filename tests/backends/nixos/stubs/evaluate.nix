# A minimal module system: refuses unknown options, merges definitions by priority, and checks types.
{ lib, options }:
let
  inherit (builtins) all attrNames concatLists concatMap elem filter foldl' functionArgs hasAttr head isAttrs isFunction isList listToAttrs map mapAttrs toJSON;

  isOption = value: isAttrs value && value ? type;
  join = path: name: if path == "" then name else "${path}.${name}";
  unique = names: attrNames (listToAttrs (map (name: { inherit name; value = null; }) names));
  minimum = numbers: foldl' (low: number: if number < low then number else low) (head numbers) numbers;

  # Turns a definition into a list of { priority, value }: applies `mkIf`, splits `mkMerge`, reads `mkOverride`.
  discharge = priority: value:
    if !(isAttrs value && value ? _type) then [ { inherit priority value; } ]
    else if value._type == "merge" then concatMap (discharge priority) value.contents
    else if value._type == "if" then (if value.condition then discharge priority value.content else [ ])
    else if value._type == "override" then discharge value.priority value.content
    else throw "unknown kind of definition ${value._type}";

  highest = definitions:
    let best = minimum (map (d: d.priority) definitions);
    in map (d: d.value) (filter (d: d.priority == best) definitions);

  # The definitions of attribute `name`, each with the priority of its parent unless it sets its own.
  below = name: concatMap (d: if hasAttr name d.value then discharge d.priority d.value.${name} else [ ]);

  fits = path: type: value:
    if type.check value then value
    else throw "A definition for option `${path}' is not of type ${type.name}: ${toJSON value}";

  valueOf = path: type: definitions:
    if type ? options then tree path type.options definitions
    else if type ? inner then
      let
        defined = name: below name definitions != [ ]; # an attribute whose `mkIf` is false does not exist
        names = filter defined (unique (concatMap (d: attrNames d.value) definitions));
        found = listToAttrs (map (name: { inherit name; value = valueOf (join path name) type.inner (below name definitions); }) names);
        complaints = (type.complaints or (_: [ ])) found;
      in
      if complaints == [ ] then found else throw "A definition for option `${path}' is not valid: ${toJSON complaints}"
    else type.merge path (map (fits path type) (highest definitions));

  option = path: decl: definitions:
    if definitions == [ ] then
      decl.default or (if decl.type ? options || decl.type ? inner then valueOf path decl.type [ ] else throw "The option `${path}' is used but not defined")
    else valueOf path decl.type definitions;

  tree = path: declared: definitions:
    let
      unknown = filter (name: !(hasAttr name declared)) (unique (concatMap (d: attrNames d.value) definitions));
      walk = name: decl:
        if isOption decl then option (join path name) decl (below name definitions)
        else tree (join path name) decl (below name definitions);
    in
    if unknown == [ ] then mapAttrs walk declared
    else throw "The option `${join path (head unknown)}' does not exist";
in
modules:
let
  # A package is replaced by its name, and a written file by a text with its name and content.
  pkgs = { nftables = "nftables"; writeText = name: text: "<${name}>${text}</${name}>"; };
  settings = tree "" options (concatMap (discharge 100) (map body modules));
  body = module:
    let set = if isFunction module then module { config = settings; inherit lib options; inherit pkgs; } else module;
    in set.config or set;
in
settings
