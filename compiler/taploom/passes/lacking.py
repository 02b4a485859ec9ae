"""Findings about missing and stale entries of the lock: one of each kind, since `taploom lock` mends all entries."""

from taploom.base.diagnostic import Diagnostic, Report
from taploom.passes import codes
from taploom.passes.allocate import Allocation
from taploom.passes.lock import FILE, Lock, Slot
from taploom.spec.document import Document

_KINDS = {"ipv4": "IPv4", "ipv6": "IPv6", "mac": "MAC"}


def report_lacking(document: Document, lock: Lock, allocation: Allocation, report: Report) -> None:
    """Report the slots for which a lock has no entry, or an entry that does not fit the network.

    Args:
        document: the resolved document.
        lock: the committed lock.
        allocation: the entries that the lock should hold.
        report: receives the findings.
    """
    slots = [slot for slot in allocation.lacking if slot not in lock.refused]
    nics: dict[tuple[str, str], list[str]] = {}
    for slot in slots:
        if slot not in lock.slots:
            nics.setdefault((slot.guest, slot.network), []).append(_KINDS[slot.kind])
    if nics:
        report.add(_absent(document, nics))
    if moved := [slot for slot in slots if slot in lock.slots]:
        report.add(_moved(lock, moved))


def _absent(document: Document, nics: dict[tuple[str, str], list[str]]) -> Diagnostic:
    (guest, network), kinds = next(iter(nics.items()))
    *most, last = kinds
    lacking = f"{', '.join(most)} and {last}" if most else last
    message = f"`{FILE}` lacks {lacking} of guest `{guest}` on `{network}`"
    if others := len(nics) - 1:
        message += f", and of {others} other NIC{'s' if others > 1 else ''}"
    span = document.places.key("guests", guest, "nics", network)
    return Diagnostic(codes.LOCK_LACKS, message, span, "run `taploom lock` and commit it", subject=f"guest/{guest}")


def _moved(lock: Lock, slots: list[Slot]) -> Diagnostic:
    """The finding for locked addresses that no longer fit their network, for example after a change of its prefix."""
    slot, before = slots[0], lock.slots[slots[0]]
    message = f"{before.value} of guest `{slot.guest}` is no address for guests of `{slot.network}`"
    if others := len(slots) - 1:
        message += f", and {others} other "
        message += "entries no longer fit their network" if others > 1 else "entry no longer fits its network"
    hint = "run `taploom lock` to move " + ("them" if others else "it")
    return Diagnostic(codes.LOCK_STALE, message, before.span, hint, subject=f"guest/{slot.guest}")
