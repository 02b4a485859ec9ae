#!/bin/bash
# The order of overlapping elements decides whether nft accepts them in a set of concatenated ranges.
#
# Versions: nftables 1.1.3 (Debian 13), Linux 6.18.
# Guess:    overlaps are always refused, as in a set of one field without `auto-merge`, or always accepted; the elements
#           of a set have no order.
# Seen:     the order decides, even within one command. A wide element followed by an element inside of it
#           fails with `File exists`; the reverse order is accepted, both elements are listed, and the listing can be loaded. So
#           sorting the elements of a file that loads can give a file that does not load.
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

# adds ELEMENTS: succeeds if a set accepts the elements, and its listing can be loaded again
adds() {
	unshare --map-root-user --net bash -c '
		"$1" "add table ip x; add set ip x s { type ipv4_addr . inet_service; flags interval; }" &&
		"$1" "add element ip x s { $2 }" && "$1" list ruleset >"$3" && "$1" flush ruleset && "$1" -f "$3"
	' adds "$folder/nft" "$1" "$folder/listed" 2>"$folder/said"
}

wide='10.0.0.0/8 . 1-100'
narrow='10.1.0.0/16 . 50'
"$folder/nft" --version && uname -sr
if ! adds "$narrow, $wide"; then
	echo "this has changed: the narrow element and then the wide one is refused" >&2
	exit 1
fi
grep -A 1 elements "$folder/listed"
if adds "$wide, $narrow"; then
	echo "this has changed: the wide element and then the narrow one is taken" >&2
	exit 1
fi
grep -F 'File exists' "$folder/said"
echo "as described at the top of this script"
