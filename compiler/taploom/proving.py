"""The proof of a plan, which starts while the checks still run."""

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
    """The proof of a plan, and its files; the process that proves a host also prints its files.

    Worker processes start at once, while this process still runs the checks; an error that a check finds stops them.
    """

    def __init__(self, plan: Plan) -> None:
        from taploom.base.parallel import BackgroundWork
        from taploom.flows.proof.compare import WORTH_A_PROCESS, effort

        self._plan = plan
        # The unit of effort is one term of a host, proven and printed.
        weights: list[tuple[Host | Guest, float]] = [(host, effort(host)) for host in plan.hosts]
        weights += [(guest, 5 / 8) for guest in plan.guests]
        self._begun = BackgroundWork(self._work, weights, WORTH_A_PROCESS, besides=len(plan.guests) / 2)

    def drop(self) -> None:
        """Stop the proof, as the plan has a mistake."""
        self._begun.drop()

    def done(self, plan: Plan) -> tuple[Iterable[Diagnostic], tuple[Printed, ...]]:
        """The findings of the proof, or all files if it has none.

        Args:
            plan: the same plan, after the checks have marked the used waivers.
        """
        from taploom.flows.proof.proof import findings

        whole = Printed("plan.json", plan_json(plan))
        done = self._begun.answers()
        found = [each for part, _ in done for each in part]
        printed = (whole, *chain.from_iterable(printed for _, printed in done))
        return findings(plan, found), () if found else printed

    @cached_property
    def _disproved(self) -> Callable[[Host], list["Disagreement"]]:
        """The prover of a host; each process makes its own, and this process only for a plan that passed the checks."""
        from taploom.flows.proof.proof import prover_of

        return prover_of(self._plan)

    def _work(self, owner: Host | Guest) -> tuple[list["Disagreement"], list[Printed]]:
        from taploom.backends.targets import artifacts_of

        found = self._disproved(owner) if isinstance(owner, Host) else []
        return found, [artifact.printed for artifact in artifacts_of(owner)]
