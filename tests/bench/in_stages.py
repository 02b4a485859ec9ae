"""`python tests/bench/in_stages.py SPECS OUT` measures the stages of a cold `render` one by one, and prints JSON.

The stages are those of `taploom.driver`, called in order in one process. The real `render` distributes proof and
printing of a large site over all processors.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from taploom.backends.artifact import Artifact, Line
from taploom.backends.targets import GUESTS, HOSTS
from taploom.base import parallel
from taploom.base.diagnostic import Report
from taploom.checks import Context, findings
from taploom.delivery.layout import tree_of
from taploom.delivery.tree import write
from taploom.flows.proof.proof import disproved
from taploom.passes.lock import FILE, read_lock
from taploom.passes.pipeline import run
from taploom.passes.waive import waive
from taploom.plan.json import plan_lines
from taploom.plan.site import Plan
from taploom.source.files import load, read_text
from taploom.spec.document import read_document

SPENT: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Adds the time of the block to the stage of this name."""
    start = time.perf_counter()
    yield
    SPENT[name] = SPENT.get(name, 0.0) + time.perf_counter() - start


def compiled(specs: Path) -> Plan:
    """Compiles specs to a plan, stage by stage."""
    report = Report()
    with stage("source"):
        source = load(specs, report)
    with stage("spec"):
        document = read_document(source, report)
    with stage("passes"):
        passed = run(document, read_lock(read_text(specs / FILE, report), FILE, report), report)
    with stage("checks"):
        report.extend(findings(Context(passed.document, passed.plan, int(time.time()))))
        plan, _ = waive(passed, report)
    with stage("proof"):
        report.extend(disproved(plan))
    return plan


def _name(backend: Callable[..., object]) -> str:
    return ".".join(backend.__module__.split(".")[1:3])


def rendered(plan: Plan) -> list[Artifact]:
    """Renders all files of a plan: for each host and guest in turn, backend by backend, as the driver does."""
    found: list[Artifact] = []
    for host in plan.hosts:
        for host_backend in HOSTS:
            with stage(_name(host_backend)):
                found += host_backend(host)
    for guest in plan.guests:
        for guest_backend in GUESTS:
            with stage(_name(guest_backend)):
                found += guest_backend(guest)
    with stage("plan.json"):
        found.append(Artifact("plan.json", tuple(Line(*line) for line in plan_lines(plan))))
    return found


if __name__ == "__main__":
    gc.disable()  # as in the command `taploom`
    parallel._processors = lambda: 1
    plan = compiled(Path(sys.argv[1]))
    artifacts = rendered(plan)
    with stage("delivery"):
        write(Path(sys.argv[2]), tree_of(plan, artifacts))
    print(json.dumps(SPENT))
