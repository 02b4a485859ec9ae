"""Three booted hosts and their operator's machine on one network; the operator manages the hosts over ssh."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tests.hosts.booted import Host, booted
from tests.hosts.ground import RULESET, WAN, WAN_UNIT

from taploom.lab.namespace import Namespace, veth
from taploom.lab.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HOSTS: Mapping[str, str] = {"cedar": "192.0.2.11", "maple": "192.0.2.12", "oak": "192.0.2.13"}
"""Address of each host, by name."""
GATEWAY = "192.0.2.1"
OPERATOR = "192.0.2.9"
SSHD = """\
HostKey /etc/ssh/key
AuthorizedKeysFile /etc/ssh/operators
PermitRootLogin prohibit-password
PasswordAuthentication no
UsePAM no
Subsystem sftp internal-sftp
"""


class Fleet:
    """The three hosts and their operator's machine.

    Attributes:
        operator: Namespace of the operator's machine.
        hosts: Booted hosts, by name.
        keys: Folder with the operator's private key `id` and with `known_hosts`, the hosts' public keys.
    """

    def __init__(self, operator: Namespace, hosts: dict[str, Host], keys: Path) -> None:
        self.operator, self.hosts, self.keys = operator, hosts, keys
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / "id"], check=True)
        for name in hosts:
            self._open(name)

    def _open(self, name: str) -> None:
        """Gives a host its address and an ssh daemon that lets the operator in."""
        host, address = self.hosts[name], HOSTS[name]
        unit = WAN_UNIT.format(f"Address={address}/24\nGateway={GATEWAY}\nIPv6AcceptRA=no")
        host.push({WAN: unit, "/etc/nftables.conf": RULESET, "/etc/ssh/sshd_config": SSHD})
        host.push({"/etc/ssh/operators": (self.keys / "id.pub").read_bytes()}, mode=0o600)
        host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/key")
        kind, key, *_ = host.file("/etc/ssh/key.pub").read_text().split()
        with (self.keys / "known_hosts").open("a") as known:
            known.write(f"{address} {kind} {key}\n")
        host.run("networkctl", "reload")
        host.run("systemctl", "enable", "--now", "--quiet", "nftables.service", "ssh.service")
        wait_for(lambda: f"{address}/24" in host.addresses("eth0", usable=True), f"the address of {name}")
        wait_for(lambda: host.run("ss", "-Hltn", "sport = :22"), f"the ssh daemon of {name}")


@contextmanager
def fleet(tree: Path, keys: Path) -> Iterator[Fleet]:
    """The three hosts, before they take up any plan; they end with the context.

    Args:
        tree: Root folder that the hosts boot; it must contain OpenSSH's daemon and Python.
        keys: Empty folder for the ssh keys.
    """
    with ExitStack() as stack:
        operator = stack.enter_context(Namespace("operator"))
        operator.ip("link add lan type bridge")
        operator.ip("link set lan up")
        for address in (GATEWAY, OPERATOR):
            operator.ip(f"address add {address}/24 dev lan")
        hosts = {}
        for name in HOSTS:
            host = hosts[name] = stack.enter_context(booted(tree, uplinks=("eth0",), name=name))
            veth(operator, name, host.outside, "trunk")
            operator.ip(f"link set {name} master lan")
            host.outside.ip("link add lan type bridge")
            for port in ("eth0", "trunk"):
                host.outside.ip(f"link set {port} master lan up")
            host.outside.ip("link set lan up")
        yield Fleet(operator, hosts, keys)
