#!/bin/bash
# Which ranges of hours nft takes for `meta hour`.
#
# Versions: nftables 1.1.3 (Debian 13).
# Guess:    hours are of the time zone of whoever loads the rule, and a range is judged as it is written: one that ends before
#           it begins, over midnight, is either taken everywhere or nowhere.
# Seen:     the range is judged after its ends were made UTC. East of Greenwich by one hour, 00:30 to 01:30 is a `Range
#           negative size`; west by five, 22:00 to 06:00 is taken and listed as written, while UTC refuses it. A file that
#           loads here does not load there, and where clocks change, summer time of the day of the load counts.
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

# A zone, whether nft takes the range there, and the range; zones are written as POSIX has them: west counts up, and one here has
# summer time from the first to the last of the year.
"$folder/nft" --version
while read -r zone expected range; do
	seen=taken
	TZ=$zone unshare --map-root-user --net bash -c '
		"$1" "add table ip x; add chain ip x c; add rule ip x c meta hour $2 accept" && "$1" list chain ip x c
	' rule "$folder/nft" "$range" >"$folder/listed" 2>"$folder/said" || seen=refused
	if [[ $seen == refused ]]; then said='Range negative size' file=said; else said="meta hour $range accept" file=listed; fi
	echo "$zone $range: $seen"
	if [[ $seen != "$expected" ]] || ! grep -qF "$said" "$folder/$file"; then
		echo "this has changed: expected $expected" >&2
		cat "$folder/listed" "$folder/said" >&2
		exit 1
	fi
done <<'END'
UTC0 taken "00:30"-"01:30"
EAST-1 refused "00:30"-"01:30"
WEST5 taken "00:30"-"01:30"
UTC0SUMMER,0/0,J365/25 refused "00:30"-"01:30"
UTC0 refused "22:00"-"06:00"
EAST-1 refused "22:00"-"06:00"
WEST5 taken "22:00"-"06:00"
END
echo "as written in the head"
