"""Diagrams: hostile texts stay text, colours have contrast, and edges connect the objects that the plan connects."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plans import seed
from tests.support import needs

from taploom.diagrams.dot import CardRow, CardTable, Cell, Graph, GraphNode, StyledText
from taploom.diagrams.draw import drawn
from taploom.diagrams.order import guest_order, network_order
from taploom.diagrams.palette import contrast, paint, tone
from taploom.diagrams.policy_matrix import HOSTS, ZoneTraffic, matrix
from taploom.diagrams.policy_rows import rows_of
from taploom.diagrams.printing import printed
from taploom.diagrams.svg import inline
from taploom.diagrams.topology import guest_graph, host_graph, site_graph
from taploom.diagrams.uplink_rows import uplink_rows
from taploom.diagrams.zones import zones_graph
from taploom.plan.interfaces import outside
from taploom.plan.origin import Meta

HOSTILE = (
    '"; drop',
    "<script>alert(1)</script>",
    "]]>",
    r"\N \G \L",
    "&amp; & &#60;",
    "a\nb",
    "\u202egnp.exe",
    "日本 ✓",
)
SVG = "{http://www.w3.org/2000/svg}"


def _texts(svg: str) -> str:
    root = ET.fromstring(svg)
    return "\n".join("".join(one.itertext()) for one in root.iter() if one.tag in (f"{SVG}text", f"{SVG}title"))


@needs("dot")
def test_hostile_texts_stay_text_in_labels_and_tooltips() -> None:
    rows = tuple(CardRow((Cell(StyledText(text, 10, "#000000")),)) for text in HOSTILE)
    nodes = [GraphNode("card", CardTable(rows, "#000000"))]
    nodes += [GraphNode(f"n{i}", CardTable(rows[:1], "#000000"), tooltip=text) for i, text in enumerate(HOSTILE)]
    found = drawn([printed(Graph("hostile", tuple(nodes)))])
    assert found is not None
    shown = _texts(inline(found[0], "x", "t", "d", str)).replace("\u00a0", " ")
    for text in HOSTILE:
        expected = "".join(c if c.isprintable() else "\ufffd" for c in text)
        assert shown.count(expected) >= 2, expected
    assert "<script" not in found[0]


@needs("dot")
def test_pictures_drawn_by_one_process_equal_those_drawn_separately() -> None:
    plan = seed()
    colors = paint(plan)
    dots = [printed(site_graph(plan, colors)), printed(host_graph(plan, colors, plan.hosts[0]))]
    together, apart = drawn(dots), [(drawn([dot]) or [""])[0] for dot in dots]
    assert together is not None
    assert [inline(svg, "x", "t", "d", str) for svg in together] == [inline(svg, "x", "t", "d", str) for svg in apart]


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_becomes_legible_in_both_schemes(value: int) -> None:
    found = tone(f"#{value:06x}")
    assert contrast(found.ink, found.fill) >= 4.5
    assert contrast(found.ink, "#ffffff") >= 4.5
    assert contrast(found.dark_ink, found.dark_fill) >= 4.5
    assert contrast(found.dark_ink, "#1e252e") >= 4.5


def test_contrast_follows_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48  # a grey whose contrast is just below the required 4.5


def test_each_light_colour_has_one_dark_counterpart() -> None:
    pairs = list(paint(seed()).pairs())
    assert len({light for light, _ in pairs}) == len(pairs)


@needs("dot")
def test_every_colour_of_a_picture_changes_with_the_scheme() -> None:
    plan = seed()
    colors = paint(plan)
    svg = drawn([printed(site_graph(plan, colors)), printed(zones_graph(plan, colors, matrix(plan)))]) or [""]
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', "".join(svg)))
    assert len(used) > 5
    assert used - {light for light, _ in colors.pairs()} == set()


def test_the_matrix_of_the_seed_follows_its_spec() -> None:
    cells = {pair: (cell.policy, cell.forwards) for pair, cell in matrix(seed()).items()}
    assert cells == {
        ("internet", HOSTS): (("admin",), ()),
        ("internet", "microvm"): ((), ("http", "https")),
        ("microvm", HOSTS): (("admin",), ()),
        ("microvm", "internet"): (("guests-out",), ()),
    }


def test_uplink_rows_name_the_nat_of_each_family() -> None:
    host = seed().hosts[0]
    assert [(way.label, way.networks) for way in uplink_rows(host, outside(host)[0])] == [
        ("NAT44 + NAT66 masquerade", ("microvm",))
    ]
    assert [way.label for way in uplink_rows(replace(host, nat=()), outside(host)[0])] == ["routed, no NAT"]


def test_edges_connect_the_objects_that_the_plan_connects() -> None:
    plan = seed()
    found = {(edge.tail.node, edge.head.node) for edge in site_graph(plan, paint(plan)).edges}
    assert found == {
        ("zone-internet", "uplink-hypervisor:eth0"),
        ("uplink-hypervisor:eth0", "network-microvm"),
        ("network-microvm", "guest-http-reverse-proxy"),
        ("network-microvm", "guest-https-reverse-proxy"),
    }


def test_a_picture_of_a_guest_has_its_neighbours_without_their_ports() -> None:
    plan = seed()
    first, second = plan.guests
    text = printed(guest_graph(plan, paint(plan), first, plan.guests))
    assert f'"guest-{second.name}"' in text
    assert ">tcp 80<" in text
    assert ">tcp 443<" not in text


@pytest.mark.parametrize(("guests", "kinds"), [(40, {"guest"}), (41, {"crowd"}), (1000, {"crowd"}), (1001, set())])
def test_many_guests_are_drawn_with_less_detail(guests: int, kinds: set[str]) -> None:
    plan = seed()
    crowd = tuple(replace(plan.guests[0], name=f"guest-{n}", meta=Meta()) for n in range(guests))
    graph = site_graph(replace(plan, guests=crowd), paint(plan))
    found = [node for cluster in graph.clusters for node in cluster.nodes]
    assert {node.kind for node in found} - {"uplink", "network", "spine"} == kinds
    named = {cell.url for node in found if node.label for row in node.label.rows for cell in row.cells if cell.url}
    assert len(named) == (guests if kinds == {"crowd"} else 0)
    assert ("2 guests" in printed(graph)) is (kinds == set())  # the bridge shows its number of ports


def test_networks_that_share_a_guest_are_adjacent() -> None:
    nic = seed().guests[0].nics[0]
    guests = [
        replace(seed().guests[0], name=name, nics=tuple(replace(nic, network=n) for n in networks))
        for name, networks in (("a", "xz"), ("b", "x"), ("c", "y"), ("d", "z"), ("e", "zw"))
    ]
    order = network_order(tuple("wxyz"), guests)
    beside = {frozenset(pair) for pair in pairwise(order)}
    assert {frozenset("xz"), frozenset("zw")} <= beside
    between = [guest.name for guest in guest_order(order, guests)]
    assert (
        min(between.index("b"), between.index("d")) < between.index("a") < max(between.index("b"), between.index("d"))
    )


def test_a_large_policy_has_one_row_for_equal_entries() -> None:
    plan = seed()
    rule = next(one for one in plan.policy if one.name == "guests-out")
    many = tuple(replace(rule, name=f"out-{n}") for n in range(151))
    cells = {("microvm", "internet"): ZoneTraffic(tuple(one.name for one in many), ())}
    rows = rows_of(replace(plan, policy=many, forwards=()), cells)
    assert [(row.what, row.whom, row.receivers) for row in rows["microvm"]] == [
        ("151 entries", "internet", ("internet",))
    ]
    few = rows_of(replace(plan, policy=many[:150], forwards=()), cells)
    assert [row.name for row in few["microvm"]] == [one.name for one in many[:150]]
