"""The report of a lab: one row for each check, and the checks that could not be run, with the reason."""

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One expectation and its outcome.

    Attributes:
        kind: `load`, `units`, `address`, `flow`, `spoof`, `reload` or `neighbour` (interfaces of others).
        flow: what was checked, as `web 10.0.0.10 -> internet 198.51.100.7 tcp/443`.
        expected: what the plan promises.
        observed: what the kernel or networkd did.
        decided_by: stable name of the entry that decides, as `policy/NAME`; "" if there is none.
        detail: messages of networkd or nft, or other details; may have many lines.
        reach: the answer of `taploom reach` for a flow, as `allow by policy/NAME`; "" if the row is not about a flow.
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
        """Whether plan and `taploom reach` agree.

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
    """A check that this machine, or this lab, cannot run."""

    flow: str
    reason: str


@dataclass(frozen=True, slots=True)
class LabReport:
    """All rows, in the order in which they were checked."""

    rows: tuple[Row, ...]
    not_run: tuple[NotRun, ...] = ()

    @property
    def failed(self) -> tuple[Row, ...]:
        """The disagreements."""
        return tuple(row for row in self.rows if not row.ok)
