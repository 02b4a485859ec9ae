"""The formats of `taploom drift`, by their names in `--format`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from taploom.report.drift.compared import Drifts
from taploom.report.drift.json import drift_json
from taploom.report.drift.prom import drift_prom
from taploom.report.drift.text import drift_text

FORMATS: Mapping[str, Callable[[Drifts], str]] = MappingProxyType(
    {"text": drift_text, "json": drift_json, "prom": drift_prom}
)
"""The function that prints each format."""
