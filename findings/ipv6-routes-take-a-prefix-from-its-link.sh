#!/bin/bash
# In IPv6, a static route with a low metric overrides the connected route of a link.
#
# Versions: iproute2 6.15.0 (Debian 13), Linux 6.18.
# Guess:    in both families, a route without a metric has metric 0 and wins, and no static route overrides a connected
#           route.
# Seen:     IPv4 behaves so. In IPv6 a route without a metric, or with `metric 0`, has metric 1024, so a route with
#           `metric 500` wins. A connected route has metric 256, so a static route to the same prefix with a lower
#           metric makes all neighbours on the link unreachable.
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
	"$folder/unpacked/usr/bin/ip" >"$folder/ip"
chmod +x "$folder/ip"

cat >"$folder/routes.sh" <<'END'
set -euo pipefail
taken() { "$1" route get "$2" | grep -o 'dev [a-z]*' | cut -d' ' -f2; }
seen() {
	local dev
	dev=$(taken "$1" "$2")
	echo "$3: by $dev"
	[ "$dev" = "$4" ] || { echo "this has changed: expected $4"; exit 1; }
}
ip=$1
for wire in one two; do
	"$ip" link add "$wire" type veth peer name "p$wire"
	"$ip" link set "$wire" up
	"$ip" link set "p$wire" up
done
"$ip" address add 192.0.2.2/24 dev one
"$ip" address add 198.51.100.2/24 dev two
"$ip" address add 2001:db8:1::2/64 dev one nodad
"$ip" address add 2001:db8:2::2/64 dev two nodad

"$ip" route add 10.0.0.0/16 via 192.0.2.1
"$ip" route add 10.0.0.0/16 via 198.51.100.1 metric 500
seen "$ip" 10.0.0.1 "IPv4, no metric beside 500" one
"$ip" route add fd00:a::/64 via 2001:db8:1::1 metric 0
"$ip" route add fd00:a::/64 via 2001:db8:2::1 metric 500
seen "$ip" fd00:a::1 "IPv6, 0 beside 500" two
"$ip" route add fd00:b::/64 via 2001:db8:1::1
"$ip" route add fd00:b::/64 via 2001:db8:2::1 metric 500
seen "$ip" fd00:b::1 "IPv6, no metric beside 500" two

"$ip" route add 192.0.2.0/24 via 198.51.100.1 metric 1
seen "$ip" 192.0.2.7 "IPv4, a link's prefix with metric 1" one
"$ip" route add 2001:db8:1::/64 via 2001:db8:2::1 metric 300
seen "$ip" 2001:db8:1::7 "IPv6, a link's prefix with metric 300" one
"$ip" route add 2001:db8:1::/64 via 2001:db8:2::1 metric 255
seen "$ip" 2001:db8:1::7 "IPv6, a link's prefix with metric 255" two
END
"$folder/ip" -V && uname -sr
unshare --map-root-user --net bash "$folder/routes.sh" "$folder/ip"
echo "as described at the top of this script"
