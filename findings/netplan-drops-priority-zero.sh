#!/bin/bash
# netplan ignores `priority: 0` of a bridge, the value that makes a bridge the root of the spanning tree.
#
# Versions: netplan-generator 1.1.2 (Debian 13).
# Guess:    netplan writes the number into the unit: `priority: 0` becomes `Priority=0`, or is refused.
# Seen:     netplan accepts `priority: 0` and leaves it out without a warning, so the bridge keeps its default (32768 in
#           Linux) and becomes root only if no other bridge has a lower priority. Any other number, such as 4096, is
#           written.
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
apt install --yes --download-only --no-install-recommends netplan-generator=1.1.2-7
for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done
libraries=$folder/unpacked/usr/lib/x86_64-linux-gnu
printf '#!/bin/bash\nexec %q --library-path %q %q "$@"\n' "$libraries/ld-linux-x86-64.so.2" "$libraries:$libraries/systemd" \
	"$folder/unpacked/usr/libexec/netplan/generate" >"$folder/generate"
chmod +x "$folder/generate"

mkdir -p "$folder/host/etc/netplan"
for priority in 0 4096; do
	cat >"$folder/host/etc/netplan/10.yaml" <<-END
		network:
		  version: 2
		  bridges:
		    br0: {parameters: {stp: true, priority: $priority}}
	END
	chmod 600 "$folder/host/etc/netplan/10.yaml"
	"$folder/generate" --root-dir "$folder/host"
	seen=$(sed -n '/^\[Bridge\]/,$p' "$folder/host/run/systemd/network/10-netplan-br0.netdev" | grep -v '^$' | tr '\n' ' ')
	echo "priority: $priority -> $seen"
	case $priority in 0) expected='[Bridge] STP=true ' ;; *) expected="[Bridge] Priority=$priority STP=true " ;; esac
	if [[ $seen != "$expected" ]]; then
		echo "this has changed: expected $expected" >&2
		exit 1
	fi
done
echo "as described at the top of this script"
