"""Runs a D-Bus system bus inside a namespace, for all its processes; `networkctl reload` and `status` need it."""

from __future__ import annotations

from taploom.lab.namespace import LAB_DIR, Daemon, Namespace
from taploom.lab.waiting import wait_for

SOCKET = "/run/dbus/system_bus_socket"
_CONFIG = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={SOCKET}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""


def start_bus(namespace: Namespace) -> Daemon:
    """Starts `dbus-daemon` and waits for its socket."""
    namespace.write(f"{LAB_DIR}/bus.conf", _CONFIG)
    namespace.file(SOCKET).parent.mkdir(exist_ok=True)
    daemon = namespace.spawn("bus", "dbus-daemon", f"--config-file={LAB_DIR}/bus.conf", "--nofork", "--nopidfile")
    wait_for(namespace.file(SOCKET).exists, f"the bus of {namespace.name}")
    return daemon
