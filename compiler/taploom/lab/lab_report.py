"""The report of a lab: one row for each check, and the checks that could not be run, with the reason."""

from taploom.base.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One check: the result that the plan predicts, and the observed result.

    Attributes:
        kind: `load`, `units`, `address`, `flow`, `spoof`, `reload` or `neighbour` (a flow between two
            interfaces that taploom does not configure).
        flow: subject of the check, such as `web 10.0.0.10 -> internet 198.51.100.7 tcp/443`.
        expected: the result that the plan predicts.
        observed: the result in the kernel or in networkd.
        decided_by: stable name of the deciding entry, such as `policy/NAME`; "" if there is none.
        detail: messages of networkd or nft, or other details, in any number of lines.
        reach: the answer of `taploom reach` for a flow, such as `allow by policy/NAME`; "" for other kinds.
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
        """Whether plan, `taploom reach` and the machines agree."""
        return self.expected == self.observed and (not self.reach or self._read)

    @property
    def _read(self) -> bool:
        """Whether plan and `taploom reach` agree.

        For a flow that passes, or that an entry of the spec denies, plan and `reach` must name the same entry. For a
        flow that no entry allows, they can name different implied reasons, so only the verdicts are compared.
        """
        said = [each.partition(" by ")[::2] for each in self.reach.split(" or ")]
        if self.expected == "drop" and not any(_is_entry(by) for by in (self.decided_by, *(by for _, by in said))):
            return all(verdict == "drop" for verdict, _ in said)
        return said == [(self.expected, self.decided_by)]


def _is_entry(name: str) -> bool:
    return name.startswith(("policy/", "forward/"))


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check that this machine or this lab cannot run, with the reason."""

    flow: str
    reason: str


@dataclass(frozen=True, slots=True)
class LabReport:
    """The report of a lab: its checks in their order, and the checks that could not be run."""

    rows: tuple[Row, ...]
    not_run: tuple[NotRun, ...] = ()

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows in which plan, `taploom reach` and machines disagree."""
        return tuple(row for row in self.rows if not row.ok)
