"""The command `taploom plan`, which shows what a change does."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.exits import CHANGES, FINDINGS, FINE
from taploom.cli.options import CommentOptions, comment_options, format_option, specs_option
from taploom.cli.wrong import unusable

if TYPE_CHECKING:
    from taploom.cli.comparing import ComparedSpecs
    from taploom.diff.model import Change
    from taploom.report.plan.links import Links

_OUT = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
_STDOUT = Path("-")
_BY_NAME = (".md", ".json", ".html", ".sarif")


@click.command("plan", short_help="Show what a change does to objects, flows, traffic and files.")
@click.argument("sides", nargs=-1, metavar="[BASE[..HEAD] | BASE HEAD]")
@specs_option
@format_option("text", "md", "json", "html", "sarif", "github")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if something changes.")
@click.option("--exact", is_flag=True, help="Compare with BASE itself instead of the merge base of BASE and HEAD.")
@click.option(
    "-o",
    "--out",
    multiple=True,
    type=_OUT,
    metavar="FILE",
    help="Write to FILE, in the format of its suffix (.md, .json, .html or .sarif); may be repeated.",
)
@comment_options
def command(
    sides: tuple[str, ...],
    specs: Path,
    form: str,
    *,
    detailed_exitcode: bool,
    exact: bool,
    out: tuple[Path, ...],
    comment: CommentOptions,
) -> int:
    """Show what a change does: to objects, to reachability, to running traffic, and to files.

    BASE and HEAD are revisions of git, folders of specs (./old, ../old or /old), or files that end in .json, such as
    plan.json. HEAD defaults to the working tree, and BASE to the last commit. No checkout is touched.
    """
    from taploom.cli.comparing import PlanTextError, RevisionError, change_of, subjects
    from taploom.cli.terminal import progress

    try:
        with progress("Compiling both sides"):
            before, after = subjects(specs, sides, exact=exact)
    except (RevisionError, PlanTextError) as error:
        raise unusable(error) from None
    _show(after)
    with progress("Comparing"):
        change = change_of(before, after)
        forms = {path: _form(path, form) for path in out or (_STDOUT,)}
        drawing = _drawing(before, after, change) if "html" in forms.values() else ""
        links = _links(comment.source, specs, before, after)
        texts = {p: _text(change, name, comment, links, drawing, color=p == _STDOUT) for p, name in forms.items()}
    return _written(change, texts, form, sound=after.sound, detailed=detailed_exitcode)


def _written(change: "Change", texts: Mapping[Path, str], form: str, *, sound: bool, detailed: bool) -> int:
    """Write each text to its output, and return the exit status."""
    from taploom.cli.terminal import say, show, tell
    from taploom.delivery.single import write_output

    refused = []
    for path, text in texts.items():
        if path == _STDOUT:
            tell(text, form)
            continue
        outcome = write_output(path, text.encode())
        if isinstance(outcome, bool):
            say(f"{path}: {'written' if outcome else 'unchanged'}")
        else:
            refused.append(outcome)
    show(tuple(refused))
    if refused or not sound or change.failed_gates:
        say("".join(f"policy: {one.gate}: {one.message}\n" for one in change.failed_gates).rstrip())
        return FINDINGS
    return CHANGES if detailed and change.has_changes else FINE


def _form(path: Path, form: str) -> str:
    return path.suffix[1:] if path.suffix in _BY_NAME else form


def _show(after: "ComparedSpecs") -> None:
    """Show the errors of the head; errors of the base no longer matter."""
    from taploom.cli.compiling import failing, line_of
    from taploom.cli.terminal import show

    if not after.sound:
        show(failing(after.diagnostics), line_of(after.texts))


def _drawing(before: "ComparedSpecs", after: "ComparedSpecs", change: "Change") -> str:
    """The picture of the difference; "" if there is nothing to draw, or Graphviz is missing."""
    from taploom.diagrams.difference import difference_graph
    from taploom.diagrams.portrait import portrait

    graph, paint = difference_graph(before.plan, after.plan, change)
    return (portrait(graph, paint) or "") if change.objects and graph.clusters else ""


def _links(source: str, specs: Path, before: "ComparedSpecs", after: "ComparedSpecs") -> "Links":
    from taploom.report.plan.links import linked

    return linked(source, str(specs), after.inside or before.inside, (before.commit, after.commit))


def _text(change: "Change", form: str, comment: CommentOptions, links: "Links", drawing: str, *, color: bool) -> str:
    from taploom.cli.terminal import wants_color

    if form == "json":
        from taploom.report.plan.json import change_json

        return change_json(change)
    if form == "md":
        from taploom.report.plan.markdown import change_markdown

        return change_markdown(change, key=comment.key, link=comment.link, links=links)
    if form == "html":
        from taploom.report.plan.html import change_html

        return change_html(change, drawing)
    if form in ("sarif", "github"):
        from taploom.report.diagnostics.findings import Findings
        from taploom.report.diagnostics.formats import FORMATS
        from taploom.report.plan.findings import findings

        return FORMATS[form](Findings(findings(change)))
    from taploom.report.plan.text import change_text

    return change_text(change, color=color and wants_color(sys.stdout))
