"""A systemd drop-in for hosts with several uplinks: at boot, the host waits for any one of them instead of all.

`network-online.target` waits for each link that networkd configures, unless its unit says otherwise. Most hosts have a
second uplink because the first may fail. If such a host boots while one uplink has no carrier, the other uplink is
enough, but systemd would still wait two minutes for both. The unit of a link cannot say that one of several links is
enough. The program that waits has such an option (`--any`, systemd-networkd-wait-online.service(8)), and the drop-in
adds it to the program's service. systemd reads the drop-in at the next boot, when the program runs again.
"""

from taploom.backends.artifact import Artifact, Line
from taploom.plan.host import Host

SERVICE = "systemd-networkd-wait-online.service"
FILE = "05-taploom.conf"
PROGRAM = "/lib/systemd/systemd-networkd-wait-online"
"""The program's path on Debian 12 and 13 (on 13, `/lib` is a symlink); the NixOS module sets `anyInterface` instead."""


def waits_for_any(host: Host) -> bool:
    """Whether networkd configures several uplinks of the host; then one of them is enough for the host to be online."""
    return sum(uplink.configured for uplink in host.uplinks) > 1


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """The drop-in, as a file of `hosts/HOST/boot`; no file unless `waits_for_any`."""
    if not waits_for_any(host):
        return ()
    texts = ("[Service]", "ExecStart=", f"ExecStart={PROGRAM} --any")
    lines = tuple(Line(text, host.origin) for text in texts)
    install = f"/etc/systemd/system/{SERVICE}.d/{FILE}"
    return (Artifact(f"hosts/{host.name}/boot/{FILE}", lines, install),)
