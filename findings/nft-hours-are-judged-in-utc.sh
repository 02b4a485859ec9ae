#!/bin/bash
# nft checks ranges of `meta hour` after it has converted their ends to UTC.
#
# Versions: nftables 1.1.3 (Debian 13).
# Guess:    hours are in the time zone of the loading process, and nft checks a range as it is written: a range over
#           midnight, which ends before it begins, is accepted everywhere or nowhere.
# Seen:     nft checks the range in UTC. One hour east of Greenwich, 00:30 to 01:30 fails with `Range negative size`;
#           five hours west, 22:00 to 06:00 is accepted and listed as written, although it is refused in UTC. So a file
#           may load in one time zone and not in another, and with daylight saving time the result depends on the day of
#           the load.
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

# Each line after `done` has a time zone, the expected result, and a range. Time zones are in POSIX form (west is
# positive); one of them has summer time all year.
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
echo "as described at the top of this script"
