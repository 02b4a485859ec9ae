"""`netloom schema`."""

import click

from netloom.cli.exits import FINE


@click.command("schema")
@click.argument("what", type=click.Choice(["language", "plan"]), default="language")
def command(what: str) -> int:
    """Print the JSON Schema of the language (for editors) or of `plan.json` (for programs)."""
    import json

    if what == "language":
        from netloom.spec.document import language_schema as schema
    else:
        from netloom.plan.schema import plan_schema as schema
    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))
    return FINE
