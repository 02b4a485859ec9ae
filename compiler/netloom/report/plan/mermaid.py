"""The difference as a Mermaid diagram, which pull requests draw: what opens and closes, by word, sign and style."""

from collections.abc import Iterator

from netloom.diff.model import Action, Change
from netloom.diff.verdicts import FlowChange
from netloom.report.plan import words
from netloom.report.plan.escape import mermaid

_EDGES = 12
_ALONE = 8
"""Up to so many objects are drawn that no flow begins or ends at."""
_KINDS = ("guest", "network", "host", "zone")


def topology(change: Change) -> list[str]:
    """The flows and objects that change as a Mermaid diagram: sign and line style, no meaning in colour alone."""
    shown = [one for one in change.flows if not one.implied and not one.inherited][:_EDGES]
    numbers: dict[str, str] = {}
    edges = [edge for one in shown for edge in _edges(one, numbers)]
    drawn = [one for one in change.objects if one.kind in _KINDS]
    for one in drawn[:_ALONE]:
        numbers.setdefault(one.name, f"n{len(numbers)}")
    if not numbers:
        return []
    added = {one.name for one in drawn if one.action is Action.ADD}
    removed = {one.name for one in drawn if one.action is Action.REMOVE}
    changed = {one.name for one in drawn if one.action in (Action.CHANGE, Action.RENAME)}
    lines = ["```mermaid", "flowchart LR"]
    for name, number in numbers.items():
        sign = "+ " if name in added else "- " if name in removed else "~ " if name in changed else ""
        lines.append(f'  {number}["{mermaid(sign + name)}"]')
    lines += edges
    lines += ["  classDef add stroke:#1a7f37,stroke-width:3px;"]
    lines += ["  classDef del stroke:#cf222e,stroke-width:3px,stroke-dasharray:2;"]
    lines += ["  classDef chg stroke:#9a6700,stroke-width:3px,stroke-dasharray:4;"]
    lines += [f"  class {number} add" for name, number in numbers.items() if name in added]
    lines += [f"  class {number} del" for name, number in numbers.items() if name in removed]
    lines += [f"  class {number} chg" for name, number in numbers.items() if name in changed]
    return ["\n".join([*lines, "```", ""])]


def _edges(one: FlowChange, numbers: dict[str, str]) -> Iterator[str]:
    sign = words.TURNS[one.turn]
    label = mermaid(f"{sign} {words.few(one.services, 3)}")
    arrow = {"+": f'== "{label}" ==>', "-": f'-. "{label}" .-x', "~": f'-. "{label}" .->'}[sign]
    for source in one.sources[:4]:
        for destination in one.destinations[:3]:
            ends = [numbers.setdefault(name, f"n{len(numbers)}") for name in (source, destination)]
            yield f"  {ends[0]} {arrow} {ends[1]}"
