"""The picture of a change marks added, removed and changed objects with a sign, a word and a line style."""

import re

import pytest
from tests.cli.conftest import Taploom, taploom
from tests.diff.conftest import repository
from tests.diff.site import BASE, CASES, edited
from tests.diff.test_comment import changed, many
from tests.diff.test_relation import MOVED
from tests.sites import compiled
from tests.support import needs

from taploom.diagrams.difference import difference_graph
from taploom.diagrams.dot import About, CardRow, CardTable, Cell, Graph, GraphNode, StyledText
from taploom.diagrams.marking import marks
from taploom.diagrams.printing import printed

__all__ = ["repository", "taploom"]
_EDITS = {case.name: edited(case) for case in CASES if case.sound and case.name not in MOVED}


def drawn(before: dict[str, str], after: dict[str, str]) -> Graph:
    change = changed(before, after)
    return difference_graph(compiled(before).plan, compiled(after).plan, change)[0]


def cards(graph: Graph) -> dict[str, GraphNode]:
    return {node.name: node for cluster in graph.clusters for node in cluster.nodes}


def texts(node: GraphNode) -> list[str]:
    assert node.label
    return [cell.text.text for row in node.label.rows for cell in row.cells]


@pytest.mark.parametrize("name", _EDITS)
def test_all_guests_and_networks_of_both_sides_are_drawn_with_their_marks(name: str) -> None:
    before, after = compiled(dict(BASE)).plan, compiled(_EDITS[name]).plan
    found = cards(drawn(dict(BASE), _EDITS[name]))
    old, new = ({guest.name for guest in plan.guests} for plan in (before, after))
    for guest in old | new:
        node = found[f"guest-{guest}"]
        assert node.label
        said = {word for word in ("+ added", "\N{MINUS SIGN} removed") if any(word in text for text in texts(node))}
        assert said == ({"+ added"} if guest not in old else {"\N{MINUS SIGN} removed"} if guest not in new else set())
        assert node.label.dashed is (guest not in new)
    for bridge in {b.network for plan in (before, after) for host in plan.hosts for b in host.bridges}:
        assert f"network-{bridge}" in found


@pytest.mark.parametrize("name", ["comments-only", "order-only", "description-only"])
def test_an_edit_without_effect_marks_nothing(name: str) -> None:
    found = cards(drawn(dict(BASE), _EDITS[name]))
    words = [text for node in found.values() for text in texts(node)]
    assert [text for text in words if re.search(r"added|removed|changed|^[+~\N{MINUS SIGN}]|was", text)] == []


def test_a_new_address_is_shown_with_the_old_one() -> None:
    node = cards(drawn(dict(BASE), _EDITS["network-renumbered"]))["guest-web"]
    assert node.label
    struck = [cell.text.text for row in node.label.rows for cell in row.cells if cell.text.struck]
    assert (struck, "10.9.0.10" in texts(node), "was" in texts(node)) == (["10.1.0.10"], True, True)
    assert any("~ changed" in text for text in texts(node))


def test_a_new_target_of_a_forward_is_shown_once_with_the_old_one() -> None:
    node = cards(drawn(dict(BASE), _EDITS["forward-retargeted"]))["uplink-hv1:eth0"]
    assert node.label
    shown = [[cell.text.text for cell in row.cells] for row in node.label.rows]
    at = shown.index(["tcp 443", "db:443"])
    assert shown[at + 1 :] == [["was", "web:443"]]


def test_a_learned_address_is_paired_with_a_fixed_one_of_its_family() -> None:
    """`IPv6 by RA` has no colon, so a colon cannot tell the families apart."""
    fixed = "{zone: internet, ipv4: dhcp, ipv6: 2001:db8:9::10/64, gateway6: fe80::1}"
    hosts = BASE["hosts.yaml"].replace("{zone: internet, ipv4: dhcp, ipv6: ra}", fixed)
    node = cards(drawn(dict(BASE), {**BASE, "hosts.yaml": hosts}))["uplink-hv1:eth0"]
    assert node.label
    shown = [[cell.text.text for cell in row.cells] for row in node.label.rows]
    at = shown.index(["IPv6 by RA", "was"])
    assert shown[at - 2 : at] == [["IPv4 by DHCP"], ["2001:db8:9::10/64"]]


def test_a_nic_in_another_network_is_a_new_one_even_with_equal_text() -> None:
    far = "  far: {ipv4: 10.3.0.1/24, dhcp: {pool: 10.3.0.100-10.3.0.199}, ipv6: fd12:3456:789a:3::1/64, ra: true}\n"
    base = {**BASE, "networks.yaml": BASE["networks.yaml"] + far}
    base["hosts.yaml"] = base["hosts.yaml"].replace("      lan:", "      far: {taps: vmf-*}\n      lan:")
    moved = base["guests.yaml"].replace("lan: {ipv4: dhcp", "far: {ipv4: dhcp")
    said = texts(cards(drawn(base, {**base, "guests.yaml": moved}))["guest-desk"])
    assert ("+ by DHCP" in said, "\N{MINUS SIGN} by DHCP" in said) == (True, True)


def test_added_and_removed_edges_differ_by_style_and_word() -> None:
    edges = drawn(dict(BASE), _EDITS["guest-to-other-network"]).edges
    found = {edge.tooltip: edge.dashed for edge in edges if "db on" in edge.tooltip}
    assert found == {"db on dmz: added": False, "db on lan: removed": True}


def test_a_large_site_shows_only_changed_guests() -> None:
    graph = drawn(*many(60))
    shown = [name for name in cards(graph) if name.startswith("guest-")]
    assert len(shown) == 40
    assert "guest-db" not in shown


@needs("dot")
def test_the_command_draws_the_change(taploom: Taploom, repository: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(repository))
    svg = taploom("graph", "--diff", "main..guest-with-forward", "--format", "svg")
    assert (svg.status, svg.out.startswith("<svg"), "+ added" in svg.out, "+ tcp 8443" in svg.out) == (0,) + (True,) * 3
    dot = taploom("graph", "--diff", "main..guest-removed")
    assert "ROUNDED,DASHED" in dot.out
    assert taploom("graph", "policy", "--diff", "main").status == 64
    assert printed(drawn(dict(BASE), dict(BASE))) == printed(drawn(dict(BASE), dict(BASE)))


def test_another_number_of_forwards_is_not_shown_as_removed() -> None:
    def card(count: int) -> Graph:
        title = CardRow((Cell(StyledText("eth1", 13, "#000000")),))
        row = CardRow((Cell(StyledText(f"⇤ {count} port forwards, as on eth0", 9, "#000000")),), About.TALLY)
        return Graph("side", (GraphNode("uplink-a:eth1", CardTable((title, row), "#000000"), "uplink"),))

    found = marks(card(8), card(7), {}, ()).card(card(8).nodes[0])
    assert texts(found) == ["eth1", "⇤ 7 port forwards, as on eth0"]
