"""`netloom schema`."""

import click

from netloom.cli.exits import FINE


@click.command("schema", short_help="Print a JSON Schema: of specs, plans, findings or changes.")
@click.argument("what", type=click.Choice(["language", "plan", "diagnostics", "diff"]), default="language")
def command(what: str) -> int:
    """Print a JSON Schema: of the language (for editors), of plan.json, of findings, or of a change (for programs)."""
    import json

    from netloom.plan.schema import plan_schema
    from netloom.report.diagnostics.schema import diagnostics_schema
    from netloom.report.plan.schema import diff_schema
    from netloom.spec.document import language_schema

    schemas = {"language": language_schema, "plan": plan_schema, "diagnostics": diagnostics_schema, "diff": diff_schema}
    click.echo(json.dumps(schemas[what](), indent=2, ensure_ascii=False))
    return FINE
