"""Prints the summary at the end of `render`: the site, the written files, and commands to try next.

The summary shows users whether `render` did what they intended. It fits on a screen or two for a site of any size: a
long list is cut, and states the number of omitted rows.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from shlex import quote

from taploom.base.diagnostic import Diagnostic
from taploom.delivery.tree import Delivery
from taploom.plan.guest import Guest
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.policy import PolicyEntry
from taploom.plan.site import Plan
from taploom.report import wording
from taploom.report.diagnostics.findings import plural, tally
from taploom.report.diagnostics.visible import visible

_SHOWN = 12
_HOSTS = 8
SummaryRow = tuple[str, str, str]


def summary(plan: Plan, diagnostics: tuple[Diagnostic, ...], out: Path, done: Delivery, specs: str = "specs") -> str:
    """The whole text of the summary.

    Args:
        plan: the rendered plan.
        diagnostics: the findings about the plan.
        out: folder of the rendered files.
        done: the result of the delivery to that folder.
        specs: folder of the specs, for the commands to try next.
    """
    where = "" if specs == "specs" else f" --specs {quote(visible(specs))}"
    lines = [_headline(plan), ""]
    for host in plan.hosts[:_HOSTS]:
        lines += [*_host(plan, host), ""]
    if len(plan.hosts) > _HOSTS:
        lines += [f"and {plural(len(plan.hosts) - _HOSTS, 'more host')}", ""]
    lines += [*_rows(_policy(plan)), "", _written(out, done), _found(diagnostics, where), "", *_next(plan, out, where)]
    return "".join(f"{line}\n" for line in lines)


def _headline(plan: Plan) -> str:
    counts = (
        plural(len(plan.hosts), "host"),
        plural(len(plan.networks), "network"),
        plural(len(plan.guests), "guest"),
        plural(len(plan.forwards), "forward"),
        f"{len(plan.policy)} policy entries" if len(plan.policy) != 1 else "1 policy entry",
    )
    domain = f" ({plan.domain})" if plan.domain else ""
    return f"{plan.name}{domain}: {', '.join(counts)}"


def _host(plan: Plan, host: Host) -> Iterator[str]:
    yield f"host {host.name}: {wording.target(host.target)}"
    guests = [guest for guest in plan.guests if guest.host == host.name]
    forwards = [forward for forward in plan.forwards if forward.host == host.name]
    yield from _rows(
        (
            *_cut([wording.interface(each, host.nat) for each in outside(host)]),
            *_cut([wording.interface(each, host.nat) for each in inside(host)]),
            *_cut([("guest", guest.name, _guest(guest)) for guest in guests]),
            *_cut([("forward", forward.name, wording.forward(forward)) for forward in forwards]),
        )
    )


def _guest(guest: Guest) -> str:
    return "; ".join(f"{nic.network} {' '.join(wording.plain_addresses(nic))}" for nic in guest.nics)


def _policy(plan: Plan) -> list[SummaryRow]:
    return _cut([("policy", entry.name, _entry_summary(entry)) for entry in plan.policy])


def _entry_summary(entry: PolicyEntry) -> str:
    return f"{entry.action.value} {_few(entry.services)} from {_few(entry.sources)} to {_few(entry.destinations)}"


def _few(words: tuple[str, ...]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


def _cut(rows: list[SummaryRow]) -> list[SummaryRow]:
    if len(rows) <= _SHOWN:
        return rows
    return [*rows[: _SHOWN - 1], (rows[0][0], "…", f"and {len(rows) - _SHOWN + 1} more")]


def _rows(rows: Iterable[SummaryRow]) -> Iterator[str]:
    listed = list(rows)
    width = min(max((len(name) for _, name, _ in listed), default=0), 28)
    for kind, name, text in listed:
        yield f"  {kind:<8} {name:<{width}}  {visible(text)}"


def _written(out: Path, done: Delivery) -> str:
    words = [f"{plural(len(done.written), 'file')} written", f"{done.unchanged} unchanged"]
    words += [f"{len(done.removed)} removed"] if done.removed else []
    words += [f"{len(done.restored)} of them had been edited"] if done.restored else []
    return f"{visible(str(out))}: {', '.join(words)}."


def _found(diagnostics: tuple[Diagnostic, ...], where: str) -> str:
    return f"Found: {tally(diagnostics)}" + (f"; `taploom validate{where}` shows them." if diagnostics else ".")


def _next(plan: Plan, out: Path, where: str) -> Iterator[str]:
    yield "Next:"
    if plan.hosts:
        host = plan.hosts[0].name
        yield f"  less {quote(visible(f'{out}/hosts/{host}/nftables/taploom.nft'))}   the ruleset of a host"
        yield f"  taploom export {host}{where}   a bundle for a host"
    if plan.guests:
        example = f"guest/{plan.guests[0].name}{where}"
        yield f"  taploom explain {example}   the facts about an object, and the lines that it causes"
