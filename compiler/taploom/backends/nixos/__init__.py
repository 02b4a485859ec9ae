"""NixOS: the unit tree and the ruleset tree of the other backends once more, as options of a NixOS module.

Nothing is lowered from the plan a second time: a unit becomes attributes by its section names, a table's body becomes a
string, so that a host that takes the module and one that takes the files cannot drift apart.
"""

from taploom.backends.nixos.guest import artifacts as guest_artifacts
from taploom.backends.nixos.host import artifacts

__all__ = ["artifacts", "guest_artifacts"]
