"""All formats of diagnostics, by the name that `--format` takes."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from netloom.report.diagnostics.concise import concise
from netloom.report.diagnostics.findings import Findings
from netloom.report.diagnostics.full import full
from netloom.report.diagnostics.github import github
from netloom.report.diagnostics.gitlab import gitlab
from netloom.report.diagnostics.json import to_json
from netloom.report.diagnostics.junit import junit
from netloom.report.diagnostics.sarif import sarif

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
