"""Prints the result of a delivery, or of a comparison with the folder on disk, as text and as JSON."""

import json
from pathlib import Path

from taploom.delivery.comparison import Comparison
from taploom.delivery.tree import Delivery
from taploom.report.diagnostics.visible import visible

DRIFT = "taploom-drift/1"
DELIVERY = "taploom-delivery/1"


def drift_text(found: Comparison) -> str:
    """One line for each path that differs from the rendered tree."""
    return "".join(f"{word:<8} {visible(path)}\n" for path, word in found.drift())


def drift_json(out: Path, found: Comparison) -> str:
    """The comparison with the folder on disk as `taploom-drift/1`."""
    rows = [{"path": path, "state": word} for path, word in found.drift()]
    return json.dumps({"format": DRIFT, "out": str(out), "stale": found.differs, "files": rows}, indent=2) + "\n"


def delivery_json(out: Path, done: Delivery) -> str:
    """The delivery as `taploom-delivery/1`."""
    body = {
        "format": DELIVERY,
        "out": str(out),
        "written": list(done.written),
        "restored": list(done.restored),
        "removed": list(done.removed),
        "unchanged": done.unchanged,
    }
    return json.dumps(body, indent=2) + "\n"
