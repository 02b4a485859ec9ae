"""`taploom schema`."""

import click

from taploom.cli.exits import FINE


@click.command("schema", short_help="Print a JSON Schema: of specs, plans, findings or changes.")
@click.argument("what", type=click.Choice(["language", "plan", "diagnostics", "diff"]), default="language")
def command(what: str) -> int:
    """Print a JSON Schema: of the language (for editors), of plan.json, of findings, or of a change (for programs)."""
    import json

    from taploom.plan.schema import plan_schema
    from taploom.report.diagnostics.schema import diagnostics_schema
    from taploom.report.plan.schema import diff_schema
    from taploom.spec.document import language_schema

    schemas = {"language": language_schema, "plan": plan_schema, "diagnostics": diagnostics_schema, "diff": diff_schema}
    click.echo(json.dumps(schemas[what](), indent=2, ensure_ascii=False))
    return FINE
