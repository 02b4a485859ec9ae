#!/bin/bash
# nft's protocol name `ipip` is not the protocol of IPv4-in-IPv4 tunnels.
#
# Versions: nftables 1.1.3, netbase 6.5 (both Debian 13), Linux 6.18.
# Guess:    `ip protocol ipip` matches tunnels of IPv4 in IPv4, which `ip tunnel` and `ip link` call `ipip`: protocol 4.
# Seen:     it matches protocol 94. nft uses the file /etc/protocols with the names of the IANA registry, where 94 is
#           IPIP and 4 is `ipencap`. A rule with `ipip` loads without a warning.
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
apt install --yes --download-only --no-install-recommends nftables=1.1.3-1 netbase=6.5
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done
libraries=$folder/unpacked/usr/lib/x86_64-linux-gnu
printf '#!/bin/bash\nexec %q --library-path %q %q "$@"\n' "$libraries/ld-linux-x86-64.so.2" "$libraries" \
	"$folder/unpacked/usr/sbin/nft" >"$folder/nft"
chmod +x "$folder/nft"
export folder

seen=$(unshare --map-root-user --net --mount bash -euo pipefail -c '
	test -e /etc/protocols || { echo "needs a file /etc/protocols to mount over" >&2; exit 1; }
	mount --bind "$folder/unpacked/etc/protocols" /etc/protocols
	"$folder/nft" "add table ip t; add chain ip t c"
	for word in ipip ipencap; do
		"$folder/nft" "add rule ip t c ip protocol $word"
	done
	"$folder/nft" --numeric-protocol list chain ip t c | grep -o "ip protocol.*"
')
uname -sr
echo "$seen"
diff <(echo "$seen") - <<END
ip protocol 94
ip protocol 4
END
echo "as described at the top of this script"
