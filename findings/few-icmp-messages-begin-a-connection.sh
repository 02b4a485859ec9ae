#!/bin/bash
# Conntrack counts only a few types of ICMP messages as `ct state new`.
#
# Versions: nftables 1.1.3 (Debian 13), Linux 6.18.
# Guess:    a first packet is `new` whatever its protocol, so a rule that accepts an ICMP type sees packets of that
#           type, and only errors about unknown connections are `invalid`.
# Seen:     only four types of ICMP are `new`: echo, timestamp, information and address mask requests (8, 13, 15, 17).
#           Of ICMPv6 only two are `new`: echo request and node information query (128, 139). Discovery and group
#           messages of ICMPv6 (130 to 136, 143) are `untracked`. All other types are `invalid`, also router
#           advertisement and solicitation of ICMP (9, 10): the usual rule that drops invalid packets comes before a
#           rule that accepts their type.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mirror=$(grep -Ehor 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list* | head -n 1 | tr -d ' ')
mkdir -p "$folder"/{lists,archives}/partial
touch "$folder/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$folder/sources.list"
apt() {
	apt-get -qq -o Dir::State::lists="$folder/lists" -o Dir::State::status="$folder/status" -o Dir::Cache="$folder" \
		-o Dir::State::extended_states="$folder/extended" -o Dir::Etc::sourcelist="$folder/sources.list" \
		-o Dir::Etc::sourceparts="$folder/none" -o APT::Sandbox::User=root -o Debug::NoLocking=true "$@"
}
apt update
apt install --yes --download-only --no-install-recommends nftables=1.1.3-1
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done
libraries=$folder/unpacked/usr/lib/x86_64-linux-gnu
printf '#!/bin/bash\nexec %q --library-path %q %q "$@"\n' "$libraries/ld-linux-x86-64.so.2" "$libraries" \
	"$folder/unpacked/usr/sbin/nft" >"$folder/nft"
chmod +x "$folder/nft"

cat >"$folder/send.py" <<'END'
import fcntl
import json
import socket
import struct
import subprocess
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
REQUESTS, QUERIES = {8, 13, 15, 17}, {128, 139}
GROUPS_AND_NEIGHBOURS = {*range(130, 137), 143}
TYPES = {*range(256)} - {151, 152}  # discovery of multicast routers, which older kernels handle differently
RULES = """
table inet x {{
	set new {{ typeof @th,0,8; flags dynamic; size 256; }}
	set invalid {{ typeof @th,0,8; flags dynamic; size 256; }}
	set untracked {{ typeof @th,0,8; flags dynamic; size 256; }}
	chain sent {{
		type filter hook output priority 0
		meta l4proto != {protocol} accept
		ct state new add @new {{ @th,0,8 }}
		ct state invalid add @invalid {{ @th,0,8 }}
		ct state untracked add @untracked {{ @th,0,8 }}
	}}
}}
"""


def nft(*words: str, rules: str = "") -> str:
    return subprocess.run([sys.argv[1], *words], input=rules, check=True, capture_output=True, text=True).stdout


def states(family: int, protocol: int, to: str) -> dict[str, set[int]]:
    """Sends one packet of each type, each with its own identifier; the types by conntrack state."""
    nft("flush", "ruleset")
    nft("-f", "-", rules=RULES.format(protocol=protocol))
    with socket.socket(family, socket.SOCK_RAW, protocol) as sender:
        for number in TYPES:
            checksum = 0xFFFF - (number << 8) - number
            sender.sendto(struct.pack("!BBHHH", number, 0, checksum, number, 0), (to, 0))
    listed = {name: nft("-j", "list", "set", "inet", "x", name) for name in ("new", "invalid", "untracked")}
    return {name: set(json.loads(text)["nftables"][1]["set"].get("elem", ())) for name, text in listed.items()}


with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
for family, protocol, to, new, untracked in (
    (socket.AF_INET, socket.IPPROTO_ICMP, "127.0.0.1", REQUESTS, set()),
    (socket.AF_INET6, socket.IPPROTO_ICMPV6, "::1", QUERIES, GROUPS_AND_NEIGHBOURS),
):
    seen = states(family, protocol, to)
    invalid = TYPES - new - untracked
    print(f"to {to}: new {sorted(seen['new'])}, untracked {sorted(seen['untracked'])}, invalid {len(seen['invalid'])}")
    if seen != {"new": new, "invalid": invalid, "untracked": untracked}:
        raise SystemExit(f"this has changed: {seen}")
END
"$folder/nft" --version && uname -sr
unshare --map-root-user --net python3 -I "$folder/send.py" "$folder/nft"
echo "as described at the top of this script"
