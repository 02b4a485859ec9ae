"""What a delivery did or would do, for people and for programs."""

import json
from pathlib import Path

from taploom.delivery.comparison import Comparison
from taploom.delivery.tree import Delivery
from taploom.report.diagnostics.visible import visible

DRIFT = "taploom-drift/1"
DELIVERY = "taploom-delivery/1"


def drift_text(found: Comparison) -> str:
    """One line a path that is not as it should be."""
    return "".join(f"{word:<8} {visible(path)}\n" for path, word in found.drift())


def drift_json(out: Path, found: Comparison) -> str:
    """`taploom-drift/1`."""
    rows = [{"path": path, "state": word} for path, word in found.drift()]
    return json.dumps({"format": DRIFT, "out": str(out), "stale": found.differs, "files": rows}, indent=2) + "\n"


def delivery_json(out: Path, done: Delivery) -> str:
    """`taploom-delivery/1`."""
    body = {
        "format": DELIVERY,
        "out": str(out),
        "written": list(done.written),
        "restored": list(done.restored),
        "removed": list(done.removed),
        "unchanged": done.unchanged,
    }
    return json.dumps(body, indent=2) + "\n"
