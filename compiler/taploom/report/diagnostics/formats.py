"""All formats of diagnostics, by their names in `--format`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from taploom.report.diagnostics.concise import concise
from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.full import full
from taploom.report.diagnostics.github import github
from taploom.report.diagnostics.gitlab import gitlab
from taploom.report.diagnostics.json import to_json
from taploom.report.diagnostics.junit import junit
from taploom.report.diagnostics.sarif import sarif

FORMATS: Mapping[str, Callable[[Findings], str]] = MappingProxyType(
    {
        "full": full,
        "concise": concise,
        "json": to_json,
        "github": github,
        "gitlab": gitlab,
        "sarif": sarif,
        "junit": junit,
    }
)
