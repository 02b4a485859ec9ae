# Copy this file into the repository of the specs, next to the folder of `taploom render --out rendered`. nixosModules has
# a module for each host and each guest, under its name. The flake has no inputs: add those that your systems need, or
# use it as an input of another flake.
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
