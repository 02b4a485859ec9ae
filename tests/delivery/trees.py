"""Small trees for the tests of delivery."""

import json
from pathlib import Path

from taploom.backends.artifact import Artifact, Line
from taploom.delivery.comparison import File
from taploom.delivery.tree import with_manifest


def tree(**files: str) -> dict[str, File]:
    """A tree with files such as `hosts/a/x`, written here as `hosts__a__x`, and `plan.json` as `plan_json`."""
    names = {name: name.replace("__", "/").replace("plan_json", "plan.json") for name in files}
    return with_manifest({names[name]: File(text.encode()) for name, text in files.items()})


def content(root: Path) -> dict[str, bytes]:
    """The content of every file below a folder; for a link, its target."""
    return {
        str(path.relative_to(root)): f"-> {path.readlink()}".encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def artifacts() -> tuple[Artifact, ...]:
    """A small version of the backends' artifacts for the seed."""
    return (
        Artifact("guests/web/nixos.nix", (Line("{ }"),)),
        Artifact("hosts/hypervisor/networkd/06-taploom-br.network", (Line("[Match]"), Line("Name=br")),
                 "/etc/systemd/network/06-taploom-br.network"),
        Artifact("hosts/hypervisor/nftables/taploom.nft", (Line("# ünïcode"),), "/etc/taploom/taploom.nft", 0o600),
        Artifact("hosts/hypervisor/nixos/default.nix", (Line("{ }"),)),
        Artifact("hosts/hypervisor/sysctl/60-taploom.conf", (Line("net.ipv4.ip_forward = 1"),),
                 "/etc/sysctl.d/60-taploom.conf"),
        Artifact("plan.json", (Line(json.dumps({"format": "taploom-plan/1"})),)),
    )  # fmt: skip
