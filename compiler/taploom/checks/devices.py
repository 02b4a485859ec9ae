"""Conclusions from the name of an interface: its creator, the tool that configures it, and whether it can be a TAP.

These names are not binding, but the kernel, udev and the tools give them by default, so a conclusion from a name
justifies a warning at most.
"""

import re
from collections.abc import Container

from taploom.base.frozen import dataclass

_NIC = re.compile(r"(eth|wlan|wwan|ib)\d+|(en|ib|sl|wl|ww)(x[0-9a-f]{12}|[bcdiopsvP]\d\w*)")
"""Names that the kernel and udev give to hardware interfaces (systemd.net-naming-scheme(7))."""
_VLAN = re.compile(r"(?P<parent>.+)\.(?P<number>[1-9]\d{0,3})")
LAST_VLAN = 4094
"""The highest VLAN ID; IEEE 802.1Q reserves 4095."""
_STACKED = (("vlan", "VLANs"), ("bond", "bonds"), ("team", "teams"), ("br", "bridges other than those of networks"))
"""Name prefixes (a number follows) of devices that consist of other devices, each with its kind in the plural."""


@dataclass(frozen=True, slots=True)
class DeviceOwner:
    """A tool that makes or configures interfaces by itself.

    Attributes:
        names: the pattern of the names of these interfaces.
        who: the tool in the words of a message.
        tun: True if the interfaces are of the kernel's kind `tun`, like TAPs.
    """

    names: re.Pattern[str]
    who: str
    tun: bool = False


KEEPERS = (
    DeviceOwner(re.compile(r"ppp\d+"), "pppd"),
    DeviceOwner(re.compile(r"wlan\d+|wl[bcdiopsvP]\d\w*|wlx[0-9a-f]{12}"), "NetworkManager, iwd or wpa_supplicant"),
    DeviceOwner(re.compile(r"wwan\d+|ww[bcdiopsvP]\d\w*|wwx[0-9a-f]{12}"), "ModemManager"),
    DeviceOwner(re.compile(r"wg\d+"), "the tool that makes the WireGuard tunnel"),
    DeviceOwner(re.compile(r"(tun|tap|tailscale|utun)\d+|zt\w+"), "the VPN software", tun=True),
    DeviceOwner(re.compile(r"docker\d+|br-[0-9a-f]{12}"), "Docker"),
    DeviceOwner(re.compile(r"(podman|cni)\d+"), "Podman"),
    DeviceOwner(re.compile(r"lxcbr\d+|lxdbr\d+|incusbr\d+"), "LXC"),
    DeviceOwner(re.compile(r"virbr\d+"), "libvirt"),
    DeviceOwner(re.compile(r"vnet\d+"), "libvirt", tun=True),
    DeviceOwner(re.compile(r"veth\w+"), "the container runtime"),
)


def keeper(name: str) -> DeviceOwner | None:
    """The tool that configures an interface of this name by itself; None for any other name."""
    return next((found for found in KEEPERS if found.names.fullmatch(name)), None)


def is_nic(name: str) -> bool:
    """Whether a name is the name of a hardware interface."""
    return _NIC.fullmatch(name) is not None


def never_tun(name: str) -> bool:
    """Whether a device of this name is neither a TUN nor a TAP device."""
    found = keeper(name)
    return is_nic(name) or bool(stacked(name)) or (found is not None and not found.tun)


def stacked(name: str, others: Container[str] = ()) -> str:
    """The kind, in the plural, of a device that consists of other devices, such as `VLANs`; "" for any other name.

    Args:
        name: the name of the interface.
        others: names of other interfaces of the host. A VLAN's name begins with such a name, with the name of a NIC, or
            with the name of a device that consists of others.
    """
    vlan = _VLAN.fullmatch(name)
    if vlan and int(vlan["number"]) <= LAST_VLAN:
        below = vlan["parent"]
        return "VLANs" if below in others or is_nic(below) or stacked(below) else ""
    return next((what for prefix, what in _STACKED if re.fullmatch(rf"{prefix}\d+", name)), "")
