"""Runs all passes in their order."""

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.passes.allocate import Allocation, allocate
from taploom.passes.equip import equip
from taploom.passes.finish import finish
from taploom.passes.lacking import report_lacking
from taploom.passes.lock import Lock
from taploom.passes.police import meanings
from taploom.passes.publish import publish
from taploom.passes.resolve import resolve
from taploom.passes.selections import SelectorResolver
from taploom.passes.services import Services
from taploom.passes.spare import spare
from taploom.passes.wire import wire
from taploom.plan.site import Plan
from taploom.spec.document import Document


@dataclass(frozen=True, slots=True)
class PassResults:
    """The results of all passes over a document.

    Attributes:
        document: the resolved document, without entries that refer to unknown names.
        allocation: the values that the lock holds, or should hold.
        plan: the plan of all sound entries; it may be written only if the report has no error.
    """

    document: Document
    allocation: Allocation
    plan: Plan


def run(document: Document, lock: Lock, report: Report) -> PassResults:
    """Compile a document.

    Args:
        document: the decoded document.
        lock: the committed lock.
        report: receives the findings.
    """
    resolved, names = resolve(document, report)
    allocation = allocate(resolved, lock, report)
    report_lacking(resolved, lock, allocation, report)
    wiring = wire(resolved, allocation, report)
    equipment = spare(equip(resolved, wiring))
    resolver = SelectorResolver.of(resolved, names, wiring)
    services = Services.of(resolved)
    publication = publish(resolved, services, wiring, equipment, resolver, report)
    policy = meanings(resolved, services, resolver)
    plan = finish(resolved, names, services, wiring, equipment, publication, policy)
    return PassResults(resolved, allocation, plan)
