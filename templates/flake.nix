# For the repository of the specs, beside the folder that `taploom render --out rendered` writes: nixosModules has a module
# for each host and each guest, by its name. It needs no input; add those of your systems, or make this flake an input of theirs.
{
  description = "The network, as it was reviewed";

  outputs =
    { ... }:
    let
      names =
        kind:
        if builtins.pathExists (./rendered + "/${kind}") then
          builtins.attrNames (builtins.readDir (./rendered + "/${kind}"))
        else
          [ ];
      modules =
        kind: file:
        map (name: {
          inherit name;
          value.imports = [ (./rendered + "/${kind}/${name}/${file}") ];
        }) (names kind);
    in
    {
      nixosModules = builtins.listToAttrs (modules "hosts" "nixos" ++ modules "guests" "nixos.nix");
    };
}
