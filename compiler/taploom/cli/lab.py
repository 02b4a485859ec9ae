"""The command `taploom lab`, which runs the plan in network namespaces and probes it."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.exits import BUG, FINDINGS, FINE
from taploom.cli.options import format_option, specs_option

if TYPE_CHECKING:
    from taploom.driver import Compiled
    from taploom.lab.experiment import Experiment
    from taploom.lab.lab_report import LabReport
    from taploom.lab.session import Lab


@click.group("lab", invoke_without_command=True)
@specs_option
@format_option("text", "json", "junit")
@click.option("--keep", is_flag=True, help="Leave it running, and print how to enter it; `taploom lab down` ends it.")
@click.pass_context
def command(ctx: click.Context, specs: Path, form: str, *, keep: bool) -> int:
    """Run the plan on this machine's kernel and probe it.

    Each host, each guest and each zone beyond an uplink becomes a network namespace. In hosts and guests a real
    systemd-networkd runs the exported files. The lab needs root, or a user namespace and a /dev/net/tun that every
    user may open. It leaves nothing behind, and touches nothing of this machine.
    """
    if ctx.invoked_subcommand is not None:
        return FINE
    from taploom.cli.compiling import sound
    from taploom.cli.terminal import say
    from taploom.lab.ready import as_root, obstacles

    as_root()
    lacking = obstacles()
    for reason in lacking:
        say(f"taploom lab cannot run here: {reason}")
    site = None if lacking else sound(specs)
    if site is None:
        return FINDINGS
    return _kept(site, form) if keep else _run(site, form)


@command.command("down")
@click.argument("names", metavar="[NAME]...", nargs=-1)
def down(names: tuple[str, ...]) -> int:
    """End kept labs: those with the given names, or all of them."""
    from taploom.cli.terminal import say
    from taploom.lab.keeper import end, running

    there = running()
    missing = [name for name in names if name not in there]
    if missing:
        raise click.UsageError(f"there is no lab `{missing[0]}`; there are: {', '.join(there) or 'none'}.")
    for name in names or there:
        end(name)
        say(f"{name} has ended")
    if not there:
        say("there is no lab")
    return FINE


def _run(site: "Compiled", form: str) -> int:
    from taploom.lab.session import Lab

    with Lab() as lab:
        return _shown(_experiment(site, lab).outcome, form)


def _experiment(site: "Compiled", lab: "Lab") -> "Experiment":
    from taploom.cli.terminal import steps
    from taploom.driver import rendered
    from taploom.lab.experiment import experiment

    with steps() as stage:
        return experiment(lab, site.plan, rendered(site.plan), stage)


def _shown(outcome: "LabReport", form: str) -> int:
    from taploom.cli.terminal import say, tell
    from taploom.report.lab import lab_json, lab_junit, lab_tally, lab_text

    tell({"text": lab_text, "json": lab_json, "junit": lab_junit}[form](outcome), form)
    say(lab_tally(outcome))
    return FINDINGS if outcome.failed else FINE


def _kept(site: "Compiled", form: str) -> int:
    """Run the lab in a child process that stays. A pipe brings its exit status, or closes if the child ends early."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = BUG
        try:
            status = _stay(site, form, writing)
        except KeyboardInterrupt:
            status = FINDINGS
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        sent = answer.read(1)
    return sent[0] if sent else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _stay(site: "Compiled", form: str, answer: int) -> int:
    """In the child: run the lab, print the result and how to enter, then wait in the background until `lab down`."""
    from taploom.cli.terminal import say
    from taploom.lab.keeper import Keeper
    from taploom.lab.session import Lab

    nowhere = os.open(os.devnull, os.O_RDWR)
    # Processes of the lab outlive the command. They must not hold stderr open: its reader may wait for end of file.
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    os.dup2(nowhere, 2)
    with Lab() as lab:
        done = _experiment(site, lab)
        status = _shown(done.outcome, form)
        if done.site is None:
            return status
        keeper = Keeper()
        for name, machine in done.site.machines().items():
            say(f"{name}: {' '.join(machine.entering(['bash']))}")
        say(f"{keeper.name} stays up; `taploom lab down {keeper.name}` ends it")
        os.setsid()
        sys.stderr.close()
        for stream in (0, 1):
            os.dup2(nowhere, stream)
        os.write(answer, bytes([status]))
        os.close(answer)
        call = keeper.wait()
    call.close()
    return FINE
