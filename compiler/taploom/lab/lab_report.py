"""What a lab has to say: one row for each thing looked at, and what could not be looked at, with the reason."""

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One expectation and what became of it.

    Attributes:
        kind: `load`, `units`, `address`, `flow`, `spoof`, `reload` or `neighbour` (interfaces of others).
        flow: what was looked at, as `web 10.0.0.10 -> internet 198.51.100.7 tcp/443`.
        expected: what the plan promises.
        observed: what the kernel or networkd did.
        decided_by: stable name of the entry that decides, as `policy/NAME`; "" where none is.
        detail: networkd's or nft's own words, or whatever else helps; may have many lines.
        reach: what `taploom reach` says of a flow, as `allow by policy/NAME`; "" where it is no flow.
    """

    kind: str
    flow: str
    expected: str
    observed: str
    decided_by: str = ""
    detail: str = ""
    reach: str = ""

    @property
    def ok(self) -> bool:
        """Whether plan, `taploom reach` and machine agree."""
        return self.expected == self.observed and (not self.reach or self._read)

    @property
    def _read(self) -> bool:
        """Whether plan and `taploom reach` say the same.

        For a flow that passes, or that an entry of the spec denies, both must name the same entry. For a flow that
        nothing allows, each names one of several implied reasons, so that only the verdicts are compared.
        """
        said = [each.partition(" by ")[::2] for each in self.reach.split(" or ")]
        if self.expected == "drop" and not any(_is_entry(by) for by in (self.decided_by, *(by for _, by in said))):
            return all(verdict == "drop" for verdict, _ in said)
        return said == [(self.expected, self.decided_by)]


def _is_entry(name: str) -> bool:
    return name.startswith(("policy/", "forward/"))


@dataclass(frozen=True, slots=True)
class NotRun:
    """Something that this machine, or this lab, cannot try."""

    flow: str
    reason: str


@dataclass(frozen=True, slots=True)
class LabReport:
    """All of it, in the order in which it was looked at."""

    rows: tuple[Row, ...]
    not_run: tuple[NotRun, ...] = ()

    @property
    def failed(self) -> tuple[Row, ...]:
        """The disagreements."""
        return tuple(row for row in self.rows if not row.ok)
