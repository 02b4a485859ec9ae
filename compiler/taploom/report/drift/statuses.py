"""Turns comparisons into commit statuses for the commit of the plan, one for each host."""

from taploom.drift.model import Word
from taploom.forge.statuses import State, Status
from taploom.report.diagnostics.findings import plural
from taploom.report.drift.read import HostTally


def host_status(one: HostTally) -> Status:
    """The status `taploom/HOST`. Its description has only numbers and fixed words, but no text from the host."""
    state, description = _told(one)
    return Status(f"taploom/{one.host}", state, description)


def _told(one: HostTally) -> tuple[State, str]:
    match one.word:
        case None:
            return State.ERROR, "no facts"
        case Word.CURRENT:
            return State.SUCCESS, f"current (serial {one.serial})" if one.serial else "current"
        case Word.PENDING:
            installed = f"serial {one.serial} is taken up" if one.serial else "no bundle is taken up"
            return State.PENDING, f"behind: {installed}, {_counts(one)}"
        case Word.FOREIGN | Word.DRIFTED:
            return State.FAILURE, f"{one.word.value}: {_counts(one)}"


def _counts(one: HostTally) -> str:
    exposures = f", {plural(one.exposures, 'exposure')}" if one.exposures else ""
    return f"{plural(one.differences, 'difference')}{exposures}"
