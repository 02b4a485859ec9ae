"""The command `taploom init`, which begins a site."""

import json
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from types import MappingProxyType

import click

from taploom.cli.exits import FINDINGS, FINE

_STARTER = Path(__file__).parent / "starter"
_SITE = "specs/site.yaml"
_SCHEMA = "specs/taploom.schema.json"
FILES: Mapping[str, str] = MappingProxyType(
    {
        _SITE: "site.yaml",
        ".github/workflows/taploom.yml": "github.yaml",
        ".gitlab-ci.yml": "gitlab.yaml",
        ".gitignore": "gitignore",
        ".gitattributes": "gitattributes",
    }
)
"""The path of each file in the new site, with the starter file that is copied there."""


@click.command("init", short_help="Begin a site: specs that compile, CI, a schema for editors.")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[DIR]")
def command(folder: Path) -> int:
    """Begin a site in a folder: specs that compile, CI, and a schema for editors.

    Existing files stay as they are.
    """
    from taploom.cli.terminal import say, show
    from taploom.delivery.single import write_file

    specs = folder / "specs"
    begun = any(specs.rglob("*.yaml"))  # an existing site gets the files that it lacks, but no second site.yaml
    for path, text in _contents(begun=begun).items():
        outcome = write_file(folder / path, text.encode(), replace=False)
        if not isinstance(outcome, bool):
            show((outcome,))
            return FINDINGS
        _tell(folder / path, created=outcome)
    if not begun and not _lock(specs):
        return FINDINGS
    name = f"./{folder}" if str(folder).startswith("-") else str(folder)
    where = "" if folder == Path() else f"cd {quote(name)} && "
    say(f"Next: {where}taploom validate && taploom render")
    return FINE


def _contents(*, begun: bool) -> dict[str, str]:
    from taploom.spec.document import language_schema

    schema = json.dumps(language_schema(), indent=2, ensure_ascii=False) + "\n"
    starter = {path: (_STARTER / name).read_text(encoding="utf-8") for path, name in FILES.items()}
    texts = {**starter, _SCHEMA: schema}
    return {path: text for path, text in texts.items() if not (begun and path == _SITE)}


def _lock(specs: Path) -> bool:
    """Write the lock, with the addresses of the starter's guest."""
    from taploom.cli.compiling import compiled
    from taploom.cli.terminal import show
    from taploom.delivery.single import write_file
    from taploom.passes.lock import FILE

    outcome = write_file(specs / FILE, compiled(specs).lock.text().encode(), replace=False)
    if not isinstance(outcome, bool):
        show((outcome,))
        return False
    _tell(specs / FILE, created=outcome)
    return True


def _tell(path: Path, *, created: bool) -> None:
    from taploom.cli.terminal import tell

    tell(f"{'created' if created else 'kept   '} {path}\n")
