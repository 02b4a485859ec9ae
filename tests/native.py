"""Checks rendered trees with the tools that load them: nft, systemd-networkd, Nix, a JSON parser.

Each function returns a tool's complaints about the files; an empty answer means that the tool accepts them.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from taploom.backends import guest, networkd
from taploom.lab.networkd import Networkd
from taploom.lab.ruleset import check
from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taploom.backends.artifact import Artifact
    from taploom.plan.site import Plan

OLDEST, NEWEST = 252, 260


def nft_problems(texts: Mapping[str, str]) -> dict[str, str]:
    """Complaints of nft about the rulesets among rendered files, by path."""
    found = {path: check(text) for path, text in texts.items() if path.endswith(".nft")}
    return {path: said for path, said in found.items() if said}


def nix_problems(texts: Mapping[str, str]) -> str:
    """Complaints of Nix about the modules among rendered files, parsed together as one list."""
    modules = [text for path, text in sorted(texts.items()) if path.endswith(".nix")]
    whole = "[\n" + "".join(f"(\n{text})\n" for text in modules) + "]\n"
    env = os.environ | {"NIX_REMOTE": "dummy://", "NIX_PATH": ""}
    command = ["nix-instantiate", "--parse", "-"]
    done = subprocess.run(command, input=whole, env=env, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def json_problems(texts: Mapping[str, str]) -> dict[str, str]:
    """Errors of a JSON parser in the `.json` files among rendered files, by path."""
    found = {}
    for path, text in texts.items():
        if path.endswith(".json"):
            try:
                json.loads(text)
            except ValueError as error:
                found[path] = str(error)
    return found


def unit_problems(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Complaints of a real networkd about the units of a plan's hosts and guests, by host.

    The units are rendered for the networkd of this machine, because an older one rightly warns about unknown keys.
    """
    found = {}
    with Lab() as lab:
        here = min(max(Networkd(lab.machine("version"), {}).version, OLDEST), NEWEST)
        for number, host in enumerate(plan.hosts):
            target = replace(host.target, systemd=here)
            units = _units(networkd.artifacts(replace(host, target=target)), "")
            for one in plan.guests:
                if one.host == host.name:
                    units |= _units(guest.artifacts(replace(one, target=target)), f"-{one.name}")
            said = Networkd(lab.machine(f"host{number}"), units).complaints()
            if said:
                found[host.name] = said
    return found


def _units(artifacts: tuple[Artifact, ...], mark: str) -> dict[str, str]:
    """Units by file name, with `mark` inserted before the suffix."""
    names = ((artifact.path.rpartition("/")[2].rpartition("."), artifact) for artifact in artifacts)
    return {f"{stem}{mark}.{kind}": artifact.text for (stem, _, kind), artifact in names}
