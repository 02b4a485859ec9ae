"""Every backend, in one tuple for hosts and one for guests: a new target is one package and one line here."""

from collections.abc import Callable, Iterator

from taploom.backends import boot, guest, networkd, nftables, nixos, sysctl
from taploom.backends.artifact import Artifact
from taploom.plan.guest import Guest
from taploom.plan.host import Host

HOSTS: tuple[Callable[[Host], tuple[Artifact, ...]], ...] = (
    networkd.artifacts,
    nftables.artifacts,
    sysctl.artifacts,
    boot.artifacts,
    nixos.artifacts,
)
GUESTS: tuple[Callable[[Guest], tuple[Artifact, ...]], ...] = (guest.artifacts, nixos.guest_artifacts)


def artifacts_of(machine: Host | Guest) -> Iterator[Artifact]:
    """The files of a host or guest, target by target."""
    if isinstance(machine, Host):
        yield from (artifact for backend in HOSTS for artifact in backend(machine))
    else:
        yield from (artifact for backend in GUESTS for artifact in backend(machine))
