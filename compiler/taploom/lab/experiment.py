"""Runs a plan in a lab, probes it, and reports the outcome."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from taploom.backends.artifact import Artifact
from taploom.base.frozen import dataclass
from taploom.lab import ruleset
from taploom.lab.atlas import Atlas
from taploom.lab.build import RunningSite
from taploom.lab.impostors import impostors
from taploom.lab.lab_report import LabReport, NotRun, Row
from taploom.lab.oracle import Oracle
from taploom.lab.questions import Question, questions
from taploom.lab.reading import Reading
from taploom.lab.return_routes import lead_home
from taploom.lab.session import Lab
from taploom.lab.spoof import lies
from taploom.lab.trial import ask
from taploom.lab.upkeep import upkeep
from taploom.lab.wait import settle
from taploom.lab.waiting import LabError
from taploom.plan.site import Plan

Stage = Callable[[str], None]
"""A function that is called with a text about the current step."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """The result of a plan's run in a lab.

    Attributes:
        outcome: The report.
        site: The running site; None if it could not be started.
        asked: The probed flows with the predictions from the plan.
    """

    outcome: LabReport
    site: RunningSite | None
    asked: tuple[Question, ...] = ()


def experiment(
    lab: Lab, plan: Plan, artifacts: Iterable[Artifact], stage: Stage, root: Path | None = None
) -> Experiment:
    """Runs and probes a plan. If the plan does not start, a row of the report says so.

    Args:
        lab: The lab; the machines end with it.
        plan: The plan.
        artifacts: Its rendered files.
        stage: Called with a text about the current step.
        root: See `Networkd`.
    """
    done = agreement(lab, plan, artifacts, stage, root)
    if done.site is None:
        return done
    stage("reloading under load")
    try:
        kept = upkeep(done.site, done.asked)
    except LabError as error:
        kept = LabReport((_stopped(plan, error),))
    return Experiment(joined(done.outcome, kept), done.site, done.asked)


def _stopped(plan: Plan, error: LabError) -> Row:
    return Row("load", f"site {plan.name}", "runs", "fails", "", str(error))


def agreement(
    lab: Lab, plan: Plan, artifacts: Iterable[Artifact], stage: Stage, root: Path | None = None
) -> Experiment:
    """Runs the checks of addresses, flows and spoofing like `experiment`, but not the reloads, which take long."""
    try:
        stage("starting machines")
        site = RunningSite(lab, plan, artifacts, root)
        return _agreement(site, stage)
    except LabError as error:
        return Experiment(LabReport((_stopped(plan, error),)), None)


def _agreement(site: RunningSite, stage: Stage) -> Experiment:
    plan = site.plan
    started = LabReport((Row("load", f"site {plan.name}", "runs", "runs"),))
    stage("waiting for addresses")
    settled, ground = settle(site)
    atlas = Atlas(plan, ground, dict(site.beyond))
    lead_home(site, atlas)
    stage("choosing the flows to probe")
    now = int(time.time())
    oracle = Oracle(atlas, now)
    asked, unclear = questions(atlas, oracle)
    asked = tuple(map(Reading(atlas, now).read, asked))
    probed = ask(site, asked, lambda done, whole: stage(f"probing flows: {done} of {whole}"))
    stage("probing bridged frames again with br_netfilter, as Docker and Kubernetes use it")
    bridged = _filtered(site, asked)
    stage("sending forged packets")
    spoofed = (lies(site, atlas), impostors(site, atlas, oracle, asked))
    return Experiment(joined(started, settled, LabReport((), unclear), probed, bridged, *spoofed), site, asked)


def joined(*parts: LabReport) -> LabReport:
    """One report with the rows of all reports, in their order."""
    rows = tuple(row for part in parts for row in part.rows)
    return LabReport(rows, tuple(entry for part in parts for entry in part.not_run))


def _filtered(site: RunningSite, asked: tuple[Question, ...]) -> LabReport:
    """Probes flows within a bridge while the kernel passes bridged frames to the ruleset's forward chain."""
    near = tuple(q for q in asked if q.source.group == q.to.group or "implied/bridge" in q.verdict.by)
    known = [ruleset.filter_bridged(machine, on=True) for machine in site.hosts.values()]
    if not all(known):
        return LabReport((), (NotRun("bridged frames in the forward chain", "this kernel has no br_netfilter"),))
    found = ask(site, near)
    for machine in site.hosts.values():
        ruleset.filter_bridged(machine, on=False)
    rows = (replace(row, flow=f"{row.flow} (br_netfilter)") for row in found.rows)
    return LabReport(tuple(rows))
