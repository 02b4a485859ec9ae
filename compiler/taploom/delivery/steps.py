"""The steps by which a host loads the files of its bundle, and their order.

The packet filter comes first: if forwarding is switched on before a ruleset is loaded, the host lets everything pass
until the ruleset is loaded. Interfaces come last, since they attract traffic. Each step is a command that can be
repeated without harm.
"""

from collections.abc import Iterable, Mapping

from taploom.backends.artifact import Artifact, Printed
from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the activation.

    Attributes:
        name: the backend whose files it loads; their folder in the rendered tree has the same name.
        command: the command to run; with `each`, the path of a file is appended.
        each: whether to run the command once for each file.
    """

    name: str
    command: tuple[str, ...]
    each: bool


STEPS = (
    Step("nftables", ("nft", "-f"), each=True),
    # Not `sysctl -p`, which fails if the interface of a setting does not exist yet; udev applies the setting later.
    Step("sysctl", ("systemctl", "restart", "systemd-sysctl.service"), each=False),
    Step("networkd", ("networkctl", "reload"), each=False),
)


def steps_of(artifacts: Iterable[Artifact | Printed]) -> list[Mapping[str, object]]:
    """The steps that a host's installed files need, in order, in the form that its manifest has."""
    by_backend: dict[str, list[str]] = {}
    for artifact in artifacts:
        if artifact.install:
            by_backend.setdefault(artifact.path.split("/")[2], []).append(artifact.install)
    return [
        {"step": step.name, "run": [list(command) for command in _commands(step, sorted(by_backend[step.name]))]}
        for step in STEPS
        if step.name in by_backend
    ]


def _commands(step: Step, installed: list[str]) -> list[tuple[str, ...]]:
    return [(*step.command, path) for path in installed] if step.each else [step.command]
