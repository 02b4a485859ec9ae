"""The command `taploom reach`, which answers who reaches whom."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from taploom.cli.completion import objects
from taploom.cli.exits import FINDINGS, FINE
from taploom.cli.now import now
from taploom.cli.options import specs_option
from taploom.cli.wrong import unusable

if TYPE_CHECKING:
    from taploom.flows.reach.query import Inquiry


KINDS = ("zone", "network", "host", "guest", "address")
"""Kinds of objects that FROM and TO can name without the kind."""


@click.command("reach", short_help="Say who reaches whom, by which entry and which chains.")
@click.argument("source", metavar="[FROM]", default="", shell_complete=objects(*KINDS, besides=("any",), bare=True))
@click.argument("to", metavar="[TO]", default="", shell_complete=objects(*KINDS, besides=("any",), bare=True))
@click.argument("service", metavar="[SERVICE]", default="", shell_complete=objects("service", bare=True))
@specs_option
@click.option("--matrix", is_flag=True, help="Print which zones (or, with --guests, guests) reach which.")
@click.option(
    "--guests",
    metavar="PATTERN",
    default="",
    help="With --matrix: the guests whose names match PATTERN, such as 'web-*'.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "csv", "md")),
    default="text",
    show_default=True,
    help="Format of the output; csv and md with --matrix only.",
)
def command(source: str, to: str, service: str, specs: Path, guests: str, form: str, *, matrix: bool) -> int:
    """Say who reaches whom, by which entry, and by which chains of which host.

    FROM and TO are anything that policy can name (a zone, network, guest, host, tag, address or prefix, `any`), or
    HOST/UPLINK for the address of an uplink, at which forwards listen. SERVICE is PROTOCOL/PORT or a service's name;
    without it the answer covers every protocol. Parts of FROM or TO with different answers are listed separately.
    """
    from taploom.cli.compiling import sound
    from taploom.cli.terminal import progress, tell
    from taploom.flows.reach.query import Inquiry

    if matrix and source:
        raise click.UsageError("--matrix takes neither FROM nor TO: it covers all zones or guests.")
    if guests and not matrix:
        raise click.UsageError("--guests goes with --matrix.")
    if not matrix and not (source and to):
        raise click.UsageError("FROM and TO are needed, or --matrix.")
    if form in ("csv", "md") and not matrix:
        raise click.UsageError(f"--format {form} goes with --matrix.")
    site = sound(specs)
    if site is None:
        return FINDINGS
    inquiry = Inquiry(site.plan, now())
    with progress("Computing who reaches whom"):
        text = _matrix(inquiry, guests, form) if matrix else _answer(inquiry, source, to, service, form)
    tell(text, form)
    return FINE


def _answer(inquiry: "Inquiry", source: str, to: str, service: str, form: str) -> str:
    from taploom.flows.reach.endpoints import UnknownEndError, end_of, services_of
    from taploom.report.reach import Asked, reach_json, reach_text

    try:
        ends = end_of(inquiry.index, source), end_of(inquiry.index, to)
    except UnknownEndError as error:
        raise unusable(error) from None
    try:
        services = services_of(inquiry.index, service)
    except UnknownEndError as error:
        raise unusable(_misread(service) or error) from None
    asked = Asked(source, to, service, inquiry, inquiry.ask(*ends, services))
    return reach_json(asked) if form == "json" else reach_text(asked)


def _misread(service: str) -> str:
    """The error message of a text that is not written as a service; "" for any other text, such as an unknown name."""
    from taploom.spec.scalars import InvalidError
    from taploom.spec.traffic import read_service

    try:
        read_service(service)
    except InvalidError as error:
        return f"{error}: {error.hint}"
    return ""


def _matrix(inquiry: "Inquiry", guests: str, form: str) -> str:
    from taploom.flows.reach.matrix import guest_matrix, zone_matrix
    from taploom.report.matrix import MATRIX_FORMATS

    found = guest_matrix(inquiry, guests) if guests else zone_matrix(inquiry)
    if guests and not found.rows:
        raise click.UsageError(f"No guest has a name like '{guests}'.")
    return MATRIX_FORMATS[form](found)
