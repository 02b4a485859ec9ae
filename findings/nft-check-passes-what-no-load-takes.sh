#!/bin/bash
# `nft --check` accepts a ruleset that the kernel refuses to load.
#
# Versions: nftables 1.1.3 (Debian 13), Linux 6.18.
# Guess:    the check sends the ruleset to the kernel and rolls it back, so it refuses the same rulesets as a load, and
#           its result depends on the file alone.
# Seen:     if the table does not exist yet, the check accepts dnat in a postrouting chain, masquerade in an input chain
#           and a loop of jumps, but the load refuses all three. If an empty table of that name exists, the check
#           refuses all three as well. So a check in a sandbox without the table proves less than the same command on a
#           host that has loaded it once.
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

cat >"$folder/dnat" <<'END'
table ip x {
	chain c {
		type nat hook postrouting priority 100
		dnat to 192.0.2.1
	}
}
END
cat >"$folder/masquerade" <<'END'
table ip x {
	chain c {
		type nat hook input priority 100
		masquerade
	}
}
END
cat >"$folder/loop" <<'END'
table ip x {
	chain a { jump b; }
	chain b { jump a; }
	chain c {
		type filter hook input priority 0
		jump a
	}
}
END

# within FIRST COMMAND…: runs two nft commands in a new network namespace, and prints the exit status of the second one
within() {
	unshare --map-root-user --net bash -c '"$1" "$2" && { "$1" "${@:3}" 2>/dev/null; echo $?; }' within "$folder/nft" "$@"
}

"$folder/nft" --version && uname -sr
for name in dnat masquerade loop; do
	seen="load $(within 'flush ruleset' -f "$folder/$name")"
	seen+=", check $(within 'flush ruleset' -c -f "$folder/$name")"
	seen+=", check beside an empty table $(within 'add table ip x' -c -f "$folder/$name")"
	echo "$name: $seen"
	if [[ $seen != 'load 1, check 0, check beside an empty table 1' ]]; then
		echo "this has changed" >&2
		exit 1
	fi
done
echo "as described at the top of this script"
