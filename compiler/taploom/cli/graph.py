"""The command `taploom graph`, which draws the site, a part of it, or a change."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.options import format_option, specs_option
from taploom.cli.wrong import unusable

if TYPE_CHECKING:
    from taploom.diagrams.dot import Graph
    from taploom.diagrams.palette import Paint
    from taploom.plan.site import Plan


@click.command("graph", short_help="Draw the site, its policy, a host or a guest.")
@click.argument(
    "what",
    default="site",
    metavar="[site | policy | host/NAME | guest/NAME]",
    shell_complete=objects("host", "guest", besides=("site", "policy")),
)
@specs_option
@format_option("dot", "svg")
@click.option("-o", "--out", default="-", metavar="FILE", help="Where to write it; - is standard output.")
@click.option(
    "--diff",
    "sides",
    metavar="BASE[..HEAD]",
    help="Draw what a change adds, removes and changes; sides as for `taploom plan`.",
)
def command(what: str, specs: Path, form: str, out: str, sides: str | None) -> int:
    """Draw the site, its policy, a host, a guest with its neighbours, or what a change does to the site.

    DOT output needs no other program; SVG output needs Graphviz's `dot` or the pygraphviz package. The picture follows
    the reader's light or dark colour scheme.
    """
    from taploom.diagrams.portrait import portrait
    from taploom.diagrams.printing import printed

    if sides is not None and what != "site":
        raise click.UsageError("--diff takes no object: it draws the whole site, or the part that changes.")
    found = _picture(specs, what) if sides is None else _difference(specs, sides)
    if found is None:
        return FINDINGS
    text = printed(found[0]) if form == "dot" else portrait(*found)
    if text is None:
        raise click.ClickException("SVG needs Graphviz: install graphviz (for `dot`) or pygraphviz.")
    return _written(text, form, out)


def _picture(specs: Path, what: str) -> "tuple[Graph, Paint] | None":
    from taploom.cli.compiling import sound
    from taploom.diagrams.palette import paint

    site = sound(specs)
    return (_graph(site.plan, what), paint(site.plan)) if site else None


def _difference(specs: Path, sides: str) -> "tuple[Graph, Paint]":
    from taploom.cli.comparing import PlanTextError, RevisionError, change_of, subjects
    from taploom.diagrams.difference import difference_graph

    try:
        before, after = subjects(specs, (sides,), exact=False)
    except (RevisionError, PlanTextError) as error:
        raise unusable(error) from None
    return difference_graph(before.plan, after.plan, change_of(before, after))


def _graph(plan: "Plan", what: str) -> "Graph":
    from taploom.base.names import closest
    from taploom.diagrams.palette import paint
    from taploom.diagrams.policy_matrix import matrix
    from taploom.diagrams.topology import guest_graph, host_graph, site_graph
    from taploom.diagrams.zones import zones_graph

    colors = paint(plan)
    hosts = {f"host/{host.name}": host for host in plan.hosts}
    guests = {f"guest/{guest.name}": guest for guest in plan.guests}
    known = ("site", "policy", *hosts, *guests)
    bare = [name for name in known if name.partition("/")[2] == what]
    wanted = bare[0] if what not in known and len(bare) == 1 else what
    if wanted in hosts:
        return host_graph(plan, colors, hosts[wanted])
    if wanted in guests:
        networks = {nic.network for nic in guests[wanted].nics}
        neighbours = [guest for guest in plan.guests if networks & {nic.network for nic in guest.nics}]
        return guest_graph(plan, colors, guests[wanted], neighbours)
    if wanted in known:
        return site_graph(plan, colors) if wanted == "site" else zones_graph(plan, colors, matrix(plan))
    meant = closest(what, known)
    hint = f"Did you mean '{meant}'?" if meant else "`graph` draws site, policy, host/NAME and guest/NAME."
    raise click.UsageError(f"There is no '{what}' to draw. {hint}")


def _written(text: str, form: str, out: str) -> int:
    from taploom.cli.terminal import say, show, tell
    from taploom.delivery.single import write_output

    if out == "-":
        tell(text, form)
        return FINE
    outcome = write_output(Path(out), text.encode())
    if not isinstance(outcome, bool):
        show((outcome,))
        return FINDINGS
    say(f"{out}: " + ("written" if outcome else "unchanged"))
    return FINE
