"""The ruleset that NixOS loads from the module equals the exported one: the kernel lists both alike."""

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests import plans
from tests.backends.nixos import nix, sites
from tests.backends.nixos.test_units import HOSTS, evaluated
from tests.support import needs

from taploom.backends import nftables, nixos
from taploom.backends.artifact import Artifact, Line
from taploom.backends.nftables import printer

pytestmark = needs(nix.NIX, "nft", "unshare", "root")


def transaction(result: Any) -> str:
    """The file that NixOS writes from `networking.nftables`: a flush if configured, then each enabled table."""
    settings = result["settings"]["networking"]["nftables"]
    text = "flush ruleset\n" if settings["flushRuleset"] else ""
    for key, table in settings["tables"].items():
        if not table["enable"]:
            continue
        head = f"table {table['family']} {table['name'] or key}"
        text += f"{head}\ndelete {head}\n{head} {{\n  {table['content']}\n}}\n"
    return text


def service(result: Any) -> Any:
    """The service that loads the table `taploom-memory`, or None."""
    return result["settings"]["systemd"]["services"].get("taploom-memory")


def remembering(result: Any) -> str:
    """Content of the file that the service of `taploom-memory` loads, or ""; the stubs put it into its command."""
    command: str = service(result)["serviceConfig"]["ExecReload"] if service(result) else ""
    _, _, rest = command.partition("/bin/nft -f <taploom-memory.nft>")
    return rest.removesuffix("</taploom-memory.nft>")


def taken_up(result: Any) -> str:
    """Everything that NixOS loads: the tables, and the file of the service."""
    return transaction(result) + remembering(result)


def held(ruleset: str) -> list[str]:
    """The ruleset of a fresh network namespace after loading a text twice: objects without handles, sorted by table."""
    script = 'nft -f - <<<"$1" && nft -f - <<<"$1" && nft -j list ruleset'
    command = ["unshare", "--net", "bash", "-c", script, "bash", ruleset]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    objects = [item for item in json.loads(done.stdout)["nftables"] if "metainfo" not in item]
    assert objects
    objects.sort(key=_table)  # the order of tables does not matter
    return [json.dumps(_settled(item), sort_keys=True) for item in objects]


def _table(item: dict[str, dict[str, Any]]) -> tuple[str, str]:
    ((kind, body),) = item.items()
    return str(body["family"]), str(body["name"] if kind == "table" else body["table"])


def _settled(value: Any) -> Any:
    """The value without handles and with sorted set elements, which the kernel lists in hash order."""
    if isinstance(value, dict):
        kept = {key: _settled(inner) for key, inner in value.items() if key != "handle"}
        if isinstance(kept.get("elem"), list):
            kept["elem"] = sorted(kept["elem"], key=lambda element: json.dumps(element, sort_keys=True))
        return kept
    return [_settled(inner) for inner in value] if isinstance(value, list) else value


def exported(artifacts: tuple[Artifact, ...]) -> str:
    return "".join(artifact.text for artifact in artifacts)


@pytest.mark.parametrize("release", ["24.05", "25.11"])
@pytest.mark.parametrize("name", HOSTS)
def test_a_host_gets_the_exported_ruleset(name: str, release: str, tmp_path: Path) -> None:
    host = HOSTS[name]()
    result = evaluated(tmp_path, nixos.artifacts(host)[0], release)
    assert held(taken_up(result)) == held(exported(nftables.artifacts(host)))


def test_every_line_of_a_table_has_its_origin_in_the_ruleset() -> None:
    host = plans.host()
    texts = [line.text for line in nixos.artifacts(host)[0].lines]
    starts = [number for number, text in enumerate(texts) if text.endswith("content = ''")]
    lines = [line for start in starts for line in _block(nixos.artifacts(host)[0], start + 1)]
    bodies = [line for table in nftables.ruleset(host).tables for line in printer.body(table)]
    assert [(line.text.strip(), line.origin) for line in lines] == [
        (line.text.strip(), line.origin or host.origin) for line in bodies
    ]


def _block(module: Artifact, start: int) -> list[Line]:
    """The lines of the indented string that begins at a line."""
    return list(itertools.takewhile(lambda line: line.text.strip() != "'';", module.lines[start:]))


def test_nft_accepts_the_rules_for_the_firewall_of_nixos(tmp_path: Path) -> None:
    """The test writes a chain as NixOS does: rules with unquoted interface names, then the extra rules unchanged."""
    firewall = evaluated(tmp_path, nixos.artifacts(sites.wide())[0], "25.11")["settings"]["networking"]["firewall"]
    bare = "".join(
        f"iifname {name} {protocol} dport {{ {', '.join(map(str, ports))} }} accept\n"
        for name, interface in firewall["interfaces"].items()
        for protocol, ports in (("tcp", interface["allowedTCPPorts"]), ("udp", interface["allowedUDPPorts"]))
        if ports
    )
    rules = f"{bare}{firewall['extraInputRules']}{firewall['extraForwardRules']}"
    assert (
        len(held(f"table inet nixos-fw\ndelete table inet nixos-fw\ntable inet nixos-fw {{ chain x {{\n{rules}}}\n}}"))
        == 9
    )


def test_nix_evaluates_a_host_with_a_thousand_guests(tmp_path: Path) -> None:
    host = sites.crowded(1000)
    result = evaluated(tmp_path, nixos.artifacts(host)[0], "24.05")
    assert (
        len(result["settings"]["systemd"]["network"]["networks"]["06-taploom-br-microvm"]["dhcpServerStaticLeases"])
        == 1000
    )
