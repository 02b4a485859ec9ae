"""`netloom graph`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netloom.cli.exits import FINDINGS, FINE
from netloom.cli.options import format_option, specs_option

if TYPE_CHECKING:
    from netloom.plan.site import Plan
    from netloom.site.dot import Graph


@click.command("graph")
@click.argument("what", default="site", metavar="[site | policy | host/NAME | guest/NAME]")
@specs_option
@format_option("dot", "svg")
@click.option("-o", "--out", default="-", metavar="FILE", help="Where to write it; - is standard output.")
def command(what: str, specs: Path, form: str, out: str) -> int:
    """Draw the site, its policy, a host, or a guest with its neighbours.

    DOT is for Graphviz and needs nothing else; SVG needs Graphviz's `dot` or the pygraphviz package. A picture follows
    its reader's light or dark scheme.
    """
    from netloom.cli.compiling import sound
    from netloom.site.colors import media
    from netloom.site.draw import drawn
    from netloom.site.palette import paint
    from netloom.site.printing import printed
    from netloom.site.svg import alone

    site = sound(specs)
    if site is None:
        return FINDINGS
    text = printed(_graph(site.plan, what))
    if form == "svg":
        found = drawn([text])
        if found is None:
            raise click.ClickException("SVG needs Graphviz: install graphviz (for `dot`) or pygraphviz.")
        text = alone(found[0], media(paint(site.plan)))
    return _written(text, out)


def _graph(plan: "Plan", what: str) -> "Graph":
    from netloom.base.names import closest
    from netloom.site.palette import paint
    from netloom.site.topology import guest_graph, host_graph, site_graph
    from netloom.site.traffic import matrix
    from netloom.site.zones import zones_graph

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
        beside = [guest for guest in plan.guests if networks & {nic.network for nic in guest.nics}]
        return guest_graph(plan, colors, guests[wanted], beside)
    if wanted in known:
        return site_graph(plan, colors) if wanted == "site" else zones_graph(plan, colors, matrix(plan))
    meant = closest(what, known)
    raise click.UsageError(f"There is no '{what}' to draw." + (f" Did you mean '{meant}'?" if meant else ""))


def _written(text: str, out: str) -> int:
    from netloom.cli.terminal import say, show
    from netloom.delivery.single import write_file

    if out == "-":
        click.echo(text, nl=False)
        return FINE
    outcome = write_file(Path(out).resolve(), text.encode())
    if not isinstance(outcome, bool):
        show((outcome,))
        return FINDINGS
    say(f"{out}: " + ("written" if outcome else "unchanged"))
    return FINE
