"""`python tests/bench/in_proof.py SPECS` compiles specs, measures only the proof that follows, and prints JSON."""

import gc
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.measure import Run  # noqa: E402

from taploom.driver import compile_site  # noqa: E402
from taploom.flows.proof.proof import disproved  # noqa: E402


def _used() -> tuple[float, float]:
    """User and system time used so far by this process and its ended children, in seconds."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime for one in both), sum(one.ru_stime for one in both)


if __name__ == "__main__":
    gc.disable()  # as in the command `taploom`
    plan = compile_site(Path(sys.argv[1]), now=0, prove=False).plan
    start, before = time.perf_counter(), _used()
    assert not list(disproved(plan))
    wall, after = time.perf_counter() - start, _used()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(asdict(Run(wall, after[0] - before[0], after[1] - before[1], peak))))
