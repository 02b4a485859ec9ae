"""The reachability explorer: a form, a script that answers it from data beside the page, and a static table."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import resources

from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.flows.reach.matrix import zone_matrix
from taploom.flows.reach.query import Inquiry
from taploom.report.matrix import PassageWords, passages
from taploom.site.explorer.decisions import DecisionLists, clock_of
from taploom.site.explorer.endpoint_data import index
from taploom.site.links import questions, subject, to
from taploom.site.markup.block import Blocks, Html, Paragraph, section, table
from taploom.site.markup.inline import Inline, Link, code, prose
from taploom.site.page import Asset, Page
from taploom.site.view import SiteView

FOLDER = "reach"
PAIRS_SHOWN = 600
"""Maximum number of pairs for a table of all pairs; each pair takes as much time as a question."""

_SCRIPTS = ("spans.js", "ends.js", "place.js", "course.js", "inquiry.js", "words.js", "explorer.js")
_ASSETS = (*_SCRIPTS, "explorer.css")
_INTRO = Paragraph(
    (
        "Who reaches whom, by which entry of the ",
        Link("policy.md", "policy", "tl-shape"),
        " or which ",
        Link("forwards.md", "port forward"),
        ", and through which hosts. The browser computes each answer from the compiled plan, with the same result as ",
        code("taploom reach"),
        ".",
    )
)
_HOW = Paragraph(
    (
        prose(
            "From and To each take the name of a zone, network, guest, host or address, or `tag/NAME`, an address, a "
            "prefix or `any`. `HOST/UPLINK` is the outside address of a host: ask about a port forward with it. The "
            "service is `PROTOCOL/PORT` or one of the "
        ),
        Link("reference/services.md", "built-in names"),
        " or ",
        Link("services.md", "those of the site"),
        "; a question without a service asks about every protocol.",
    )
)


def pages(view: SiteView) -> Iterator[Page]:
    """The page of the explorer."""
    body = (_INTRO, _form(), _HOW, *section("Between zones", _zones(view)))
    yield Page(f"{FOLDER}/index.md", "Reachability", body, listed=True)


def files(view: SiteView) -> Iterator[Asset]:
    """The scripts, the names of the site, and each host's decision lists, which a page loads for a question."""
    folder = resources.files("taploom.site") / "assets" / FOLDER
    for name in _ASSETS:
        yield Asset(f"{FOLDER}/{name}", (folder / name).read_text(encoding="utf-8"))
    names = SiteIndex(view.plan)
    yield Asset(f"{FOLDER}/names.js", _call("names", index(names, clock_of(view.plan))))
    deciding = DecisionLists.of(view.plan, SiteEntries(names))
    for host in view.plan.hosts:
        yield Asset(f"{FOLDER}/hosts/{host.name}.js", _call("lists", deciding.host(host), host.name))


def _form() -> Html:
    """The form, whose fields suggest completions; it is hidden until the script runs."""
    fields = "".join(map(_field, (("from", "From"), ("to", "To"), ("service", "Service"))))
    buttons = '<button type="submit">Ask</button><button type="button" class="tl-swap">Swap From and To</button>'
    scripts = "".join(f'<script src="{name}"></script>' for name in _SCRIPTS)
    return Html(
        f'<div><link rel="stylesheet" href="explorer.css"><form class="tl-ask" method="get" hidden>{fields}'
        f'<div>{buttons}</div></form><div class="tl-answer"></div>{scripts}</div>'
    )


def _field(field: tuple[str, str]) -> str:
    name, label = field
    options = f'id="tl-{name}" name="{name}" list="tl-{name}-list" autocomplete="off" autocapitalize="off"'
    required = "" if name == "service" else " required"
    return (
        f'<div><label for="tl-{name}">{label}</label><input {options} spellcheck="false"{required}>'
        f'<datalist id="tl-{name}-list"></datalist></div>'
    )


def _zones(view: SiteView) -> Blocks:
    """A table of the traffic between zones and to hosts; if there are too many pairs, two questions for each zone."""
    zones, hosts = len(view.plan.zones), len(view.plan.hosts)
    if zones * (zones + hosts) > PAIRS_SHOWN:
        return _asked(view)
    matrix = zone_matrix(Inquiry(view.plan, 0))
    rows = (
        (to("zone", row), _column(column), "; ".join(traffic), subject(only.by), _only(only))
        for row, cells in zip(matrix.rows, matrix.cells, strict=True)
        for column, cell in zip(matrix.columns, cells, strict=True)
        for only, traffic in _together(passages(cell)).items()
    )
    said = prose(
        "All traffic that passes, except essentials that every host accepts, such as ICMP errors. Expiry dates are "
        "ignored. Traffic to a host is for the host itself or for a port that it forwards. “Some learned "
        "addresses” means that a row holds only for some addresses that DHCP or RA can assign. “Where a route leads” "
        "means that the host has no default route in that family: it reaches only the links of its uplinks and the "
        "prefixes of its `routes`."
    )
    return (Paragraph(said), *table(("From", "To", "What passes", "By", "Only"), rows))


def _asked(view: SiteView) -> Blocks:
    """A table with two questions for each zone: who reaches the zone, and whom the zone reaches."""
    said = (
        f"{len(view.plan.zones)} zones and {len(view.plan.hosts)} hosts have too many pairs for a table. ",
        "Each zone can be asked about; ",
        code("taploom reach --matrix"),
        " prints the whole table, and the ",
        Link("policy.md#matrix", "policy matrix"),
        " lists the entries between two zones.",
    )
    rows = ((to("zone", zone.name), questions(f"zone/{zone.name}")) for zone in view.plan.zones)
    return (Paragraph(said), *table(("Zone", "Ask"), rows))


def _together(cell: Iterable[PassageWords]) -> dict[PassageWords, list[str]]:
    """The traffic that passes, grouped by the other attributes of its passages."""
    found: dict[PassageWords, list[str]] = {}
    for told in cell:
        found.setdefault(replace(told, traffic=""), []).append(told.traffic)
    return found


def _only(told: PassageWords) -> str:
    """The restrictions of a passage to one family, to some learned addresses, or to routed destinations."""
    learned = "" if told.certain else "some learned addresses"
    near = "" if told.routed else "where a route leads"
    return ", ".join(filter(None, (told.family.replace("ip", "IP"), learned, near)))


def _column(name: str) -> Inline:
    return subject(name) if name.startswith("host/") else to("zone", name)


def _call(function: str, data: object, *names: str) -> str:
    """Data as a script, since a page that is opened from `file:` can load scripts but not data."""
    words = ", ".join(json.dumps(one, ensure_ascii=True, separators=(",", ":")) for one in (*names, data))
    return f"taploomReach.{function}({words});\n"
