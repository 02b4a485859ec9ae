#!/bin/bash
# `ip -force -batch` ends at a line that does not parse, and the lines after it are not run.
#
# Versions: iproute2 6.15.0 (Debian 13), Linux 6.18.
# Guess:    with -force ("don't terminate ip on errors in batch mode"), each line that fails is reported and the next one is run.
# Seen:     this holds for errors of the kernel and for devices that do not exist. At a line with a word that `ip` does not
#           know, it ends with status 255 and runs no further line. `ip` prints such words itself: a route of a link without
#           carrier is listed with `linkdown`, which `ip route replace` does not accept.
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

cat >"$folder/batch.sh" <<'END'
set -euo pipefail
ip=$1
"$ip" link add one type veth peer name two
"$ip" link set one up
"$ip" address add 192.0.2.2/24 dev one
"$ip" route add 10.0.0.0/8 via 192.0.2.1 dev one
listed=$("$ip" route show 10.0.0.0/8)
echo "listed: ${listed% }"

batch() { # route of the third line, name of the case
	printf '%s\n' 'address add 192.0.2.2/24 dev one' 'link set absent up' "route replace $1" 'link set one alias last' >"$folder/lines"
	"$ip" link set one alias none
	status=0
	"$ip" -force -batch "$folder/lines" 2>/dev/null || status=$?
	echo "$2: status $status, last line $("$ip" link show one | grep -q 'alias last' && echo run || echo not run)"
}
batch '10.0.0.0/8 via 203.0.113.1 dev one' 'refused by the kernel'
batch "$listed" 'as listed'
END
export folder
seen=$(unshare --map-root-user --net bash "$folder/batch.sh" "$folder/ip")
uname -sr
echo "$seen"
diff <(echo "$seen") - <<END
listed: 10.0.0.0/8 via 192.0.2.1 dev one linkdown
refused by the kernel: status 1, last line run
as listed: status 255, last line not run
END
echo "as written in the head"
