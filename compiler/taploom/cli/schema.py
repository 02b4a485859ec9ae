"""The command `taploom schema`, which prints a JSON Schema."""

import click

from taploom.cli.exits import FINE

KINDS = ("language", "plan", "diagnostics", "diff", "bundle", "drift")


@click.command("schema", short_help="Print a JSON Schema: of specs, plans, or other JSON.")
@click.argument("what", type=click.Choice(KINDS), default="language")
def command(what: str) -> int:
    """Print a JSON Schema: of the language (for editors), of plan.json, findings, changes, bundles or drift."""
    import json

    from taploom.delivery.bundle_schema import bundle_schema
    from taploom.plan.schema import plan_schema
    from taploom.report.diagnostics.schema import diagnostics_schema
    from taploom.report.drift.schema import drift_schema
    from taploom.report.plan.schema import diff_schema
    from taploom.spec.document import language_schema

    schemas = {
        "language": language_schema,
        "plan": plan_schema,
        "diagnostics": diagnostics_schema,
        "diff": diff_schema,
        "bundle": bundle_schema,
        "drift": drift_schema,
    }
    click.echo(json.dumps(schemas[what](), indent=2, ensure_ascii=False))
    return FINE
