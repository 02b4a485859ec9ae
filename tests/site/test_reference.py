"""The reference is complete: each key, command, option and diagnostic has an entry, and each example is valid."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest
from tests.plans import seed

from taploom.cli.examples import EXAMPLES
from taploom.cli.group import COMMANDS, LazyGroup
from taploom.mkdocs.commands import described
from taploom.plan.schema import plan_schema
from taploom.report.catalogue import diagnostic_rules
from taploom.site.manual import Manual
from taploom.site.pages.reference import pages
from taploom.site.view import site_view
from taploom.spec.document import language_schema

Schema = Mapping[str, Any]


@pytest.fixture(scope="module")
def reference() -> Mapping[str, str]:
    manual = Manual(language_schema(), plan_schema(), tuple(described(LazyGroup("taploom"), EXAMPLES)))
    return {page.path: page.markdown for page in pages(site_view(seed(), (), (), {}, manual))}


def _keys(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every property below a schema, by name."""
    for name, one in schema.get("properties", {}).items():
        yield name, one
        yield from _keys(one)
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        yield from _keys(inner)
    for form in schema.get("anyOf", ()):
        yield from _keys(form)


def test_every_key_of_the_language_has_its_entry(reference: Mapping[str, str]) -> None:
    page = reference["reference/language.md"]
    missing = {name for name, _ in _keys(language_schema()) if f">{name.replace('-', '-')}</code>" not in page}
    assert missing - set(language_schema()["properties"]) == set()
    assert all(f"## {name} " in page for name in language_schema()["properties"] if name != "taploom")


def test_every_example_is_valid_for_its_key() -> None:
    found = [(name, one) for name, one in _keys(language_schema()) if one.get("examples")]
    assert len(found) > 40
    for name, one in found:
        for example in one["examples"]:
            assert list(jsonschema.Draft202012Validator(one).iter_errors(example)) == [], name


def test_every_command_and_option_has_its_entry(reference: Mapping[str, str]) -> None:
    page = reference["reference/commands.md"]
    commands = list(described(LazyGroup("taploom"), EXAMPLES))
    assert {command.name for command in commands} >= set(COMMANDS)
    for command in commands:
        assert f"## taploom {command.name} " in page
        assert all(option.usage.split()[0].strip(",").replace("--", "") in page for option in command.options)


def test_every_diagnostic_has_its_anchor(reference: Mapping[str, str]) -> None:
    page = reference["reference/diagnostics.md"]
    assert [rule.code for rule in diagnostic_rules() if f"#{rule.code.lower()} }}" not in page] == []


def test_every_type_of_the_plan_has_its_entry(reference: Mapping[str, str]) -> None:
    page = reference["reference/plan.md"]
    assert [name for name in plan_schema()["$defs"] if f"## {name} " not in page] == []
