"""The script of the page on Debian hosts, below a folder: what is the same is not touched, what is gone goes."""

import re
import subprocess
from pathlib import Path

from tests.site.typed import ROOT, Shell

SCRIPT = re.search(
    r"^```sh\n(.*?)^```$", (ROOT / "site/how-to/debian.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
LAB = "networks: {lab: {ipv4: 10.9.0.1/24, ipv6: fd12:3456:789a:9::1/64}}"


def test_a_bundle_is_taken_up_by_what_differs(tmp_path: Path) -> None:
    assert SCRIPT
    host = tmp_path / "host"
    install, activate = SCRIPT[1].split("nft -f ")
    assert activate.splitlines() == [
        "/etc/taploom/taploom.nft",
        "systemctl restart systemd-sysctl.service",
        "networkctl reload",
    ]
    script = install.replace('"/$file"', f'"{host}/$file"').replace(" /etc", f" {host}/etc")
    script = script.replace(" /run/", f" {host}/run/").replace(" /usr/", f" {host}/usr/")
    shell = Shell(tmp_path)
    specs = tmp_path / "specs"
    specs.mkdir()
    seed = (ROOT / "tests/golden/seed/specs/seed.yaml").read_text(encoding="utf-8")
    (specs / "lab.yaml").write_text(f"taploom: 1\n{LAB}\n", encoding="utf-8")
    (specs / "seed.yaml").write_text(
        seed.replace("      microvm: {t", "      lab: {taps: lab-*}\n      microvm: {t"), encoding="utf-8"
    )

    def refused(unit: str) -> str:
        """What the script says to a unit that is there already, and that it changes nothing."""
        (host / unit).parent.mkdir(parents=True, exist_ok=True)
        (host / unit).write_text("[Match]\nName=vm-*\n[Network]\nBridge=microvm\n", encoding="utf-8")
        done = subprocess.run(
            ["sh", "-c", script, "take-up", tmp_path / "build/hypervisor.tar"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert [path for path in host.rglob("*") if path.is_file()] == [host / unit]
        (host / unit).unlink()
        return f"{done.returncode} {done.stderr}"

    def taken() -> dict[str, tuple[int, int]]:
        shell.run("taploom lock; taploom export hypervisor")
        subprocess.run(["sh", "-c", script, "take-up", tmp_path / "build/hypervisor.tar"], check=True)
        files = [path for path in host.rglob("*") if path.is_file()]
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}

    shell.run("taploom lock; taploom export hypervisor")
    assert refused("etc/systemd/network/00-all.network").endswith("begin with 20: 00-all.network\n")
    assert refused("run/systemd/network/07-vms.network").startswith("1 networkd would try these")
    assert refused("usr/lib/systemd/network/05-a.network").startswith("1 networkd would try these")
    earlier = host / "etc/systemd/network/11-microvm.network"  # as a guide has it
    earlier.parent.mkdir(parents=True, exist_ok=True)
    earlier.write_text("[Match]\nName=vm-*\n[Network]\nBridge=microvm\n", encoding="utf-8")
    (earlier.parent / "00-masked.network").symlink_to("/dev/null")
    drop_in = earlier.parent / "05-taploom-eth0.network.d/vlan.conf"
    drop_in.parent.mkdir()
    drop_in.write_text("[Network]\nVLAN=eth0.100\n", encoding="utf-8")
    before = taken()
    (host / "etc/systemd/network/50-mine.network").write_text("[Match]\nName=mine0\n", encoding="utf-8")
    (specs / "lab.yaml").unlink()
    (specs / "seed.yaml").write_text(seed, encoding="utf-8")
    after = taken()
    assert after.pop("50-mine.network")
    assert after["11-microvm.network"] == before["11-microvm.network"]
    assert after["vlan.conf"] == before["vlan.conf"]
    gone = before.keys() - after.keys()
    assert gone == {"06-taploom-br-lab.netdev", "06-taploom-br-lab.network", "08-taploom-taps-br-lab.network"}
    assert {name for name in after if after[name] != before.get(name)} == {"taploom.nft"}
