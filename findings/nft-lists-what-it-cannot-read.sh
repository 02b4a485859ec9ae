#!/bin/bash
# nft cannot load its own listing of a rule that matches raw bytes of an ICMPv6 message.
#
# Versions: nftables 1.1.3 (Debian 13), beside 1.0.6 (Debian 12).
# Guess:    the listing is in nft's own syntax, so a saved ruleset can be loaded again, as in Debian's nftables.conf(5)
#           and `nft list ruleset > file`.
# Seen:     1.1.3 has a name for the target of a neighbour advertisement, and lists `@th,64,128` after a match on the
#           type as `icmpv6 taddr`, even in a look-up in a set of raw integers; loading that gives a
#           `datatype mismatch`. In a chain of its own, after a jump, the same look-up is listed as it was written.
#           1.0.6, without that name, lists both correctly.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mirror=$(grep -Ehor 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list* | head -n 1 | tr -d ' ')
mkdir -p "$folder"/{state/lists/partial,cache/archives/partial,packages}
touch "$folder/status"
apt() {
	apt-get -qq -o Dir::State="$folder/state" -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" \
		-o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts="$folder/none" \
		-o APT::Sandbox::User=root "$@"
}

# unpack NAME SUITE PACKAGE=VERSION…: unpacks programs with the libraries that they were built for
unpack() {
	local to=$folder/$1 suite=$2
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$folder/sources.list"
	apt update
	mkdir "$folder/packages/$1" "$to"
	(cd "$folder/packages/$1" && apt download "${@:3}" libnftnl11 libmnl0 libjansson4 libxtables12 libedit2 libbsd0 \
		libmd0 libtinfo6 libgmp10 libc6)
	for package in "$folder/packages/$1"/*.deb; do dpkg-deb -x "$package" "$to"; done
	printf '#!/bin/bash\nexec %q --library-path %q %q "$@"\n' "$(find "$to" -name 'ld-linux-x86-64.so.2' | head -n 1)" \
		"$(find "$to" -type d -name 'x86_64-linux-gnu' -printf '%p:')" "$(find "$to" -path '*sbin/nft')" >"$to/nft"
	chmod +x "$to/nft"
}

# loads NFT FILE: succeeds if NFT can load its own listing of FILE, in a new network namespace
loads() {
	unshare --map-root-user --net bash -c '"$1" -f "$2" && "$1" list ruleset >"$3" && "$1" flush ruleset && "$1" -f "$3"' \
		loads "$folder/$1/nft" "$folder/$2" "$folder/listed" 2>"$folder/said"
}

cat >"$folder/behind" <<'END'
table bridge x {
	set owned { typeof @th,64,128; elements = { 0xfd000000000000000000000000000001 } }
	chain a { icmpv6 type nd-neighbor-advert @th,64,128 @owned drop; }
}
END
cat >"$folder/apart" <<'END'
table bridge x {
	set owned { typeof @th,64,128; elements = { 0xfd000000000000000000000000000001 } }
	chain b { @th,64,128 @owned drop; }
	chain a { icmpv6 type nd-neighbor-advert jump b; }
}
END

unpack old bookworm nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2
unpack new trixie nftables=1.1.3-1 libnftables1=1.1.3-1
for name in old new; do "$folder/$name/nft" --version; done
loads old behind
loads old apart
loads new apart
if loads new behind; then
	echo "this has changed: 1.1.3 loads what it lists" >&2
	exit 1
fi
grep -F 'datatype mismatch' "$folder/said"
grep -F 'icmpv6 taddr @owned' "$folder/listed"
echo "as described at the top of this script"
