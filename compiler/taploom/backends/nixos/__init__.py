"""The NixOS backend: the unit tree and the ruleset tree of the other backends as options of a NixOS module.

The plan is not lowered a second time: the sections of a unit become attributes, and the body of a table becomes a
string. So a host with the module and a host with the files get the same configuration.
"""

from taploom.backends.nixos.guest import artifacts as guest_artifacts
from taploom.backends.nixos.host import artifacts

__all__ = ["artifacts", "guest_artifacts"]
