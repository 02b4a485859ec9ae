#!/bin/bash
# `ip -j` prints empty objects for links that a filter hides.
#
# Versions: iproute2 6.15.0 (Debian 13).
# Guess:    the list has an object for each shown link, as the text output has a paragraph for each.
# Seen:     the list has an empty object for each link that `up` hides, so its length is the number of all links, and
#           reading `ifname` of each object fails. Filters that the kernel applies, such as `type` and `master`, leave
#           no empty objects.
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
apt install --yes --download-only --no-install-recommends iproute2=6.15.0-1
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done
libraries=$folder/unpacked/usr/lib/x86_64-linux-gnu
printf '#!/bin/bash\nexec %q --library-path %q %q "$@"\n' "$libraries/ld-linux-x86-64.so.2" "$libraries" \
	"$folder/unpacked/usr/sbin/ip" >"$folder/ip"
chmod +x "$folder/ip"

cat >"$folder/look.py" <<'END'
import json
import socket
import subprocess
import sys


def ip(*words: str) -> str:
    return subprocess.run([sys.argv[1], *words], check=True, capture_output=True, text=True).stdout


for name in ("down0", "up0"):
    ip("link", "add", name, "type", "bridge")
ip("link", "set", "up0", "up")
every = len(socket.if_nameindex())
for words, names, places in (
    (("link", "show", "up"), ["up0"], every),
    (("address", "show", "up"), ["up0"], every),
    (("link", "show", "type", "bridge"), ["down0", "up0"], 2),
    (("link", "show", "master", "up0"), [], 0),
):
    links = json.loads(ip("-j", *words))
    lines = ip("-br", *words).splitlines()
    print(f"ip {' '.join(words)}: {len(lines)} of {every} links in text, in JSON {len(links)}, {links.count({})} of them empty")
    if [one["ifname"] for one in links if one] != names or len(lines) != len(names) or len(links) != places:
        raise SystemExit(f"this has changed: {links}")
END
"$folder/ip" -V
unshare --map-root-user --net python3 -I "$folder/look.py" "$folder/ip"
echo "as described at the top of this script"
