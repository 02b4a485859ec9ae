"""The input of all aspects of a comparison: a host in its plan, its rendered files, and the facts about it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from taploom.backends.artifact import Artifact
from taploom.base.frozen import dataclass
from taploom.delivery.manifest import sha256
from taploom.drift.facts.model import Facts
from taploom.drift.model import Row, Subject, Word
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, interfaces
from taploom.plan.origin import Origin
from taploom.plan.site import Plan


@dataclass(frozen=True, slots=True)
class Planned:
    """One host in a plan.

    Attributes:
        plan: the whole plan.
        hash: hash of the plan, as `sha256:…`.
        artifacts: rendered files of the host.
    """

    plan: Plan
    hash: str
    host: Host
    artifacts: Sequence[Artifact]


@dataclass(frozen=True)
class View:
    """One host in its plan, with the facts about it."""

    planned: Planned
    facts: Facts

    @property
    def plan(self) -> Plan:
        """The whole plan."""
        return self.planned.plan

    @property
    def host(self) -> Host:
        """The host in the plan."""
        return self.planned.host

    @cached_property
    def installed(self) -> dict[str, Artifact]:
        """The rendered files that the host installs, by absolute path."""
        return {artifact.install: artifact for artifact in self.planned.artifacts if artifact.install}

    @cached_property
    def devices(self) -> dict[str, HostInterface]:
        """The host's interfaces by name."""
        return {each.device: each for each in interfaces(self.host)}

    @cached_property
    def older(self) -> bool:
        """Whether the bundle that the host took up is from a plan other than `plan`."""
        taken = self.facts.taken
        return taken is not None and taken.plan != self.planned.hash

    def word(self, path: str) -> Word:
        """The cause of a difference in an object that the file of taploom at `path` configures.

        It is `pending` if the bundle that the host took up is from another plan, and the file on the host is as in that
        bundle, but the plan has another one or none. Else it is `drifted`.
        """
        taken = self.facts.taken
        if not self.older or taken is None or path not in taken.files:
            return Word.DRIFTED
        now, wanted = self.facts.files.get(path), self.installed.get(path)
        whole = now is not None and now.sha256 == taken.files[path]
        same = wanted is not None and sha256(wanted.text.encode()) == taken.files[path]
        return Word.PENDING if whole and not same else Word.DRIFTED

    def word_of(self, device: str, kind: str = "network") -> Word:
        """The cause of a difference in a link; `foreign` if a unit of another program configures the link."""
        there = (self.facts.networkd or {}).get(device)
        wanted = self.unit(device, "network")
        if wanted and there and there.file and there.file.rpartition("/")[2] != wanted.rpartition("/")[2]:
            return Word.PENDING if self._brought(there.file) else Word.FOREIGN
        path = self.unit(device, kind)
        return Word.PENDING if self.older and path and not self._brought(path) else self.word(path)

    def _brought(self, path: str) -> bool:
        """Whether a file belongs to the older plan's bundle that the host took up."""
        return self.older and self.facts.taken is not None and path in self.facts.taken.files

    def unit(self, device: str, kind: str) -> str:
        """The path of the unit that creates a link (`netdev`) or configures it (`network`); "" if there is none."""
        match = f"Name={device}"
        paths = (path for path in self.installed if path.endswith(f".{kind}"))
        return next((path for path in paths if any(line.text == match for line in self.installed[path].lines)), "")

    def row(self, word: Word, subject: Subject, place: str, message: str, origin: Origin | None, *values: str) -> Row:
        """A row with up to three values: the plan's value, the host's value and a note; missing ones are empty."""
        expected, found, note = (*values, "", "", "")[:3]
        return Row(word, subject, place, message, expected, found, self.placed(origin), note=note)

    def placed(self, origin: Origin | None) -> Origin:
        """The origin, with the host's span if it has no span; the host's origin if there is no origin."""
        if origin is None:
            return self.host.origin
        return origin if origin.span else replace(origin, span=self.host.origin.span)
