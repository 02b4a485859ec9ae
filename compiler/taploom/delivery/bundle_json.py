"""The JSON manifest of a bundle, `taploom-bundle/1`: the facts of `activation`, with the effects in words."""

from typing import Any

from taploom.delivery.bundle import Bundle, InstalledFile
from taploom.delivery.manifest import BUNDLE, document, target_data
from taploom.diff.classes import Class
from taploom.diff.effects import Disruption
from taploom.plan.take_up import TakeUpProbe


def bundle_manifest(bundle: Bundle) -> bytes:
    """The manifest as canonical JSON."""
    return document(_head(bundle), [_file(file) for file in bundle.files])


def _head(bundle: Bundle) -> dict[str, Any]:
    return {
        "format": BUNDLE,
        "host": bundle.host.name,
        "plan": bundle.plan,
        "serial": bundle.serial,
        "target": target_data(bundle.host.target),
        "activation": list(bundle.steps),
        "uplinks": list(bundle.uplinks),
        "devices": [{"kind": device.kind, "name": device.name} for device in bundle.devices],
        "take_up": {"confirm": bundle.take_up.confirm, "probes": [_probe(one) for one in bundle.take_up.probes]},
        "admits": [{"port": one.port, "device": one.device, "source": str(one.source)} for one in bundle.admits],
        "change": _change(bundle),
    }


def _probe(probe: TakeUpProbe) -> dict[str, Any]:
    return {
        "kind": probe.kind.value,
        "device": probe.device or None,
        "family": probe.family.key if probe.family else None,
        "next_hop": str(probe.address) if probe.address else None,
        "domain": probe.domain or None,
        "port": probe.port,
        "entry": probe.origin.entry,
    }


def _change(bundle: Bundle) -> dict[str, Any] | None:
    """The effects of the bundle on a host that has the earlier plan; None if that plan is not known."""
    if bundle.since is None:
        return None
    worst = max((one.grade for one in bundle.disruption), default=Class.D0)
    rows = [_disruption(one) for one in bundle.disruption]
    return {"before": bundle.since.plan, "worst_class": worst.name, "disruption": rows}


def _disruption(one: Disruption) -> dict[str, Any]:
    return {
        "class": one.grade.name,
        "object": one.object,
        "device": one.device,
        "file": one.file or None,
        "effect": one.effect.value,
        "detail": one.detail or None,
        "entry": one.origin.entry,
    }


def _file(file: InstalledFile) -> dict[str, object]:
    return {
        "path": file.path,
        "sha256": file.checksum,
        "install": f"/{file.path}",
        "mode": f"{file.mode:04o}",
        "step": file.step or None,
    }
