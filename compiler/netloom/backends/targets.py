"""Every backend, in a tuple each for hosts and guests: a new target is one package and one line here."""

from collections.abc import Callable

from netloom.backends import guest, networkd, nftables, nixos, sysctl
from netloom.backends.artifact import Artifact
from netloom.plan.guest import Guest
from netloom.plan.host import Host

HOSTS: tuple[Callable[[Host], tuple[Artifact, ...]], ...] = (
    networkd.artifacts,
    nftables.artifacts,
    sysctl.artifacts,
    nixos.artifacts,
)
GUESTS: tuple[Callable[[Guest], tuple[Artifact, ...]], ...] = (guest.artifacts, nixos.guest_artifacts)
