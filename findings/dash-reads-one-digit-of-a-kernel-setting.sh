#!/bin/bash
# dash's `read` gets only one digit of a kernel setting below /proc/sys/net.
#
# Versions: dash 0.5.12 (Debian 13), bash 5.2.37 (Debian 13), Linux 6.18.
# Guess:    `read low high </proc/sys/net/ipv4/ip_local_port_range` gives two numbers, as it does with /proc/uptime.
# Seen:     in bash, it gives two. In dash, `low` is the first digit and `high` is empty, without an error: dash reads
#           byte by byte, as POSIX requires for files that cannot be rewound, and the kernel returns a setting only at
#           offset 0, so the second read returns the end of the file. `cat` prints the whole setting in either shell.
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
apt install --yes --download-only --no-install-recommends dash=0.5.12-12 bash=5.2.37-2+b10
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done
libraries=$folder/unpacked/usr/lib/x86_64-linux-gnu
run() {
	local program
	program=$(find "$folder/unpacked" -path "*/bin/$1" -type f)
	"$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$program" -c "$2"
}
export -f run
export folder libraries

# shellcheck disable=SC2016 # the tested shells expand these
seen=$(unshare --map-root-user --net bash -euo pipefail -c '
	echo "40000 50000" >/proc/sys/net/ipv4/ip_local_port_range
	for shell in dash bash; do
		run $shell "read low high </proc/sys/net/ipv4/ip_local_port_range; echo $shell: low=\$low high=\$high"
	done
	run dash "set -- \$(cat /proc/sys/net/ipv4/ip_local_port_range); echo dash, by cat: low=\$1 high=\$2"
')
uname -sr
echo "$seen"
diff <(echo "$seen") - <<END
dash: low=4 high=
bash: low=40000 high=50000
dash, by cat: low=40000 high=50000
END
echo "as described at the top of this script"
