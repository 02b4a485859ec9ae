"""The facts of a host's bundle, from which `activation` and the manifest are printed."""

from collections.abc import Iterable, Mapping

from taploom.backends import networkd
from taploom.backends.artifact import Artifact, Printed
from taploom.backends.units.printer import text
from taploom.backends.units.tree import UnitKind
from taploom.base.frozen import dataclass
from taploom.delivery.admits import AdmittedPrefix
from taploom.delivery.manifest import sha256
from taploom.delivery.steps import STEPS, steps_of
from taploom.diff.effects import Disruption
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.take_up import TakeUp


@dataclass(frozen=True, slots=True)
class BundleChange:
    """The change from an earlier plan to the plan of a bundle.

    Attributes:
        plan: `sha256:HEX` of the canonical text of the earlier plan.
        disruption: all effects of the change, on every host.
        hosts: the hosts that both plans have, by their names in the new plan.
    """

    plan: str
    disruption: tuple[Disruption, ...]
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class CreatedDevice:
    """A device that a unit of the host creates.

    Attributes:
        kind: `Kind=` of systemd.netdev(5), such as `bridge`.
        name: interface name.
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class InstalledFile:
    """A file of a bundle.

    Attributes:
        path: its path below `/`.
        mode: permission bits.
        checksum: SHA-256 in hexadecimal.
        step: name of the step that loads the file, or "" if only the next boot loads it.
    """

    path: str
    mode: int
    checksum: str
    step: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The facts of one host's bundle.

    Attributes:
        host: the host.
        plan: `sha256:HEX` of the canonical text of the whole plan; a review approves the plan by this hash.
        serial: number that grows from bundle to bundle, or 0; a host refuses a serial that is lower than its own.
        uplinks: devices that the host must have; sorted.
        devices: devices that the host creates; sorted.
        steps: the steps that take up the files, in order.
        admits: the prefixes from which the plan admits connections to the host's management services.
        since: the change from the plan that the host had before, if that plan is known.
        files: sorted by path.
    """

    host: Host
    plan: str
    serial: int
    uplinks: tuple[str, ...]
    devices: tuple[CreatedDevice, ...]
    steps: tuple[Mapping[str, object], ...]
    admits: tuple[AdmittedPrefix, ...]
    since: BundleChange | None
    files: tuple[InstalledFile, ...]

    @property
    def take_up(self) -> TakeUp:
        """How the host takes up the bundle."""
        return self.host.take_up

    @property
    def disruption(self) -> tuple[Disruption, ...]:
        """The effects of the change on this host, the worst first."""
        return tuple(one for one in self.since.disruption if one.host == self.host.name) if self.since else ()


def bundle(
    host: Host,
    artifacts: Iterable[Artifact | Printed],
    digest: str,
    admits: Iterable[AdmittedPrefix],
    *,
    serial: int,
    since: BundleChange | None,
) -> Bundle:
    """The facts of a host's bundle.

    Args:
        host: the host.
        artifacts: the files that the host installs, sorted by their path there.
        digest: SHA-256 of the plan's canonical text, in hexadecimal.
        admits: as in `Bundle`.
        serial: as in `Bundle`.
        since: as in `Bundle`; the change is dropped if the earlier plan does not have the host.
    """
    mine = tuple(artifacts)
    created = tuple(sorted(_created(host), key=lambda device: (device.kind, device.name)))
    return Bundle(
        host=host,
        plan=f"sha256:{digest}",
        serial=serial,
        uplinks=_uplinks(host, {device.name for device in created}),
        devices=created,
        steps=tuple(steps_of(mine)),
        admits=tuple(admits),
        since=since if since and host.name in since.hosts else None,
        files=tuple(_file(artifact) for artifact in mine),
    )


def _file(artifact: Artifact | Printed) -> InstalledFile:
    target = artifact.path.split("/")[2]
    step = target if any(step.name == target for step in STEPS) else ""
    return InstalledFile(artifact.install.lstrip("/"), artifact.mode, sha256(artifact.text.encode()), step)


def _created(host: Host) -> Iterable[CreatedDevice]:
    for unit in networkd.units(host):
        if unit.kind is UnitKind.NETDEV:
            values = {one.key: text(one.value) for section in unit.sections for one in section.assignments}
            yield CreatedDevice(values["Kind"], values["Name"])


def _uplinks(host: Host, created: set[str]) -> tuple[str, ...]:
    """The devices of uplinks that taploom configures; the device of another uplink, such as a VPN, may be absent."""
    return tuple(sorted({one.device for one in outside(host) if one.configured and one.device not in created}))
