"""Proves the rulesets of a plan in worker processes, which start while the checks still run."""

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from taploom.backends.artifact import Printed
from taploom.base.diagnostic import Diagnostic
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.json import plan_json
from taploom.plan.site import Plan

if TYPE_CHECKING:
    from taploom.flows.proof.compare import Disagreement


class Proof:
    """A running proof of a plan's rulesets; the process that proves a host also prints the files of the host.

    The worker processes start at once, while this process still runs the checks. `drop` stops them if a check finds an
    error.
    """

    def __init__(self, plan: Plan) -> None:
        from taploom.base.parallel import BackgroundWork
        from taploom.flows.proof.compare import WORTH_A_PROCESS, effort

        self._plan = plan
        # The unit of weight is the effort of proving and printing one term of a host.
        weights: list[tuple[Host | Guest, float]] = [(host, effort(host)) for host in plan.hosts]
        weights += [(guest, 5 / 8) for guest in plan.guests]
        self._begun = BackgroundWork(self._work, weights, WORTH_A_PROCESS, besides=len(plan.guests) / 2)

    def drop(self) -> None:
        """Stop the proof, because the specs have an error."""
        self._begun.drop()

    def done(self, plan: Plan) -> tuple[Iterable[Diagnostic], tuple[Printed, ...]]:
        """The findings of the proof, and the files of the plan; without files if there are findings.

        Args:
            plan: the same plan, in which the waivers that the checks used are marked.
        """
        from taploom.flows.proof.proof import findings

        whole = Printed("plan.json", plan_json(plan))
        done = self._begun.answers()
        found = [each for part, _ in done for each in part]
        printed = (whole, *chain.from_iterable(printed for _, printed in done))
        return findings(plan, found), () if found else printed

    @cached_property
    def _disproved(self) -> Callable[[Host], list["Disagreement"]]:
        """The function that proves a host; each process makes its own, this process only if the checks have passed."""
        from taploom.flows.proof.proof import prover_of

        return prover_of(self._plan)

    def _work(self, owner: Host | Guest) -> tuple[list["Disagreement"], list[Printed]]:
        from taploom.backends.targets import artifacts_of

        found = self._disproved(owner) if isinstance(owner, Host) else []
        return found, [artifact.printed for artifact in artifacts_of(owner)]
