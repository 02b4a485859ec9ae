#!/bin/bash
# `dnat` to a range of ports does not shift the ports of a range of the same length.
#
# Versions: nftables 1.1.3 (Debian 13), Linux 6.18.
# Guess:    `tcp dport 8000-8010 dnat to 127.0.0.1:9000-9010` shifts the range, so that 8005 becomes 9005.
# Seen:     every port of the range becomes 9000. The second range is only the range from which the kernel may choose a
#           port, and it chooses the first. A port that already lies within the second range keeps its number: with
#           8000-8010 to 8005-8015, both 8005 and 8000 become 8005.
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

cat >"$folder/connect.py" <<'END'
import fcntl
import socket
import struct
import subprocess
import sys

HOST, SIOCSIFFLAGS, IFF_UP = "127.0.0.1", 0x8914, 1


def answering(port: int) -> int:
    """The port of the listener that gets a connection to `port`."""
    with socket.create_connection((HOST, port), timeout=5) as client:
        for listener in listeners:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                continue
            return int(listener.getsockname()[1])
    raise SystemExit(f"nobody got the connection to {port}")


with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
listeners = [socket.create_server((HOST, port)) for port in (*range(8000, 8016), *range(9000, 9011))]
for listener in listeners:
    listener.setblocking(False)
for to, expected in (("9000-9010", {8000: 9000, 8005: 9000, 8010: 9000}), ("8005-8015", {8000: 8005, 8005: 8005})):
    rule = f"tcp dport 8000-8010 dnat to {HOST}:{to}"
    chain = "chain x c { type nat hook output priority -100; }"
    subprocess.run([sys.argv[1], f"flush ruleset; add table x; add {chain}; add rule x c {rule}"], check=True)
    seen = {port: answering(port) for port in expected}
    print(f"{rule}: {seen}")
    if seen != expected:
        raise SystemExit(f"this has changed: expected {expected}")
END
"$folder/nft" --version && uname -sr
unshare --map-root-user --net python3 -I "$folder/connect.py" "$folder/nft"
echo "as described at the top of this script"
