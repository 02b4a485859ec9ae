"""The table `taploom-memory` keeps its learned elements when NixOS reloads its files, in whichever order."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.backends.nixos import nix
from tests.backends.nixos.test_tables import exported, held, remembering, service, taken_up, transaction
from tests.backends.nixos.test_units import evaluated
from tests.sites import compiled
from tests.support import needs

from taploom.backends import nftables, nixos
from taploom.plan.host import Host

pytestmark = needs(nix.NIX, "nft", "unshare", "root")

FENCE = (Path(__file__).parents[2] / "cases" / "fence.yaml").read_text(encoding="utf-8")
LEARNED = "10.9.0.11 . 10.9.0.10 . 17 . 40000 . 9"  # 17 is UDP; a minimal Debian has no protocol names
FLUSHING = "{ networking.nftables.flushRuleset = true; }"


def fenced(fence: str = "") -> Host:
    text = FENCE if fence else FENCE.replace("\n  fence:", "\n  # fence:")
    assert fence or text != FENCE
    (host,) = compiled(text).plan.hosts
    return host


def loaded(*texts: str, then: str) -> str:
    """Loads some nft files in order in a fresh network namespace, and returns the output of the command `then`."""
    script = 'for text; do [ "$text" = learn ] && text="$LEARN"; nft -f - <<<"$text" || exit 9; done; ' + then
    learn = f"add element bridge taploom-memory seen_ipv4 {{ {LEARNED} timeout 3m }}"
    done = subprocess.run(
        ["unshare", "--net", "env", f"LEARN={learn}", "bash", "-c", script, "bash", *texts],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ASKED = "nft -n list set bridge taploom-memory seen_ipv4"


@pytest.mark.parametrize("release", ["24.05", "25.11"])
def test_learned_elements_survive_a_reload(release: str, tmp_path: Path) -> None:
    result = evaluated(tmp_path, nixos.artifacts(fenced("fence"))[0], release)
    assert result["failed"] == []
    assert service(result)["serviceConfig"]["ExecStart"] == service(result)["serviceConfig"]["ExecReload"]
    both = (transaction(result), remembering(result))
    assert LEARNED in loaded(*both, "learn", *both, then=ASKED)
    assert LEARNED in loaded(*both, "learn", *reversed(both), then=ASKED)


def test_a_host_with_a_deny_gets_the_exported_ruleset(tmp_path: Path) -> None:
    host = fenced("fence")
    result = evaluated(tmp_path, nixos.artifacts(host)[0], "25.11")
    assert held(taken_up(result)) == held(exported(nftables.artifacts(host)))


def test_if_nixos_flushes_the_ruleset_the_table_is_part_of_it(tmp_path: Path) -> None:
    """If a separate service loaded the table, the next flush would remove the table and its deny."""
    host = fenced("fence")
    result = evaluated(tmp_path, nixos.artifacts(host)[0], "25.11", FLUSHING)
    assert service(result) is None
    assert LEARNED not in loaded(transaction(result), "learn", transaction(result), then=ASKED)
    assert held(transaction(result)) == held(exported(nftables.artifacts(host)))


def test_the_service_removes_the_table_when_it_stops(tmp_path: Path) -> None:
    result = evaluated(tmp_path, nixos.artifacts(fenced("fence"))[0], "25.11")
    stop = service(result)["serviceConfig"]["ExecStop"].removeprefix("-nftables/bin/")
    assert "taploom-memory" not in loaded(transaction(result), remembering(result), then=f"{stop}; nft list tables")


def test_without_a_deny_there_is_no_service(tmp_path: Path) -> None:
    module = nixos.artifacts(fenced())[0]
    assert service(evaluated(tmp_path, module, "25.11")) is None
    assert "memory" not in module.text
