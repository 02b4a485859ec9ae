#!/bin/sh
# Prints facts about this host for `taploom drift`, as one JSON document, and changes nothing.
# It needs systemd, nft, iproute2 and coreutils. Run it as root: other users cannot list the ruleset, see the processes
# of sockets or read the folder of taploom.
#
#   ssh root@cedar sh -s <collect.sh >facts/cedar.json
set -u
export LC_ALL=C TZ=UTC PATH="/usr/sbin:/usr/bin:/sbin:/bin:${PATH:-}"
taken=/var/lib/taploom/current

# Runs a command that prints JSON, and prints its output; prints null if the command fails or prints nothing.
json() {
  if out=$("$@" 2>/dev/null) && [ -n "$out" ]; then printf '%s' "$out"; else printf null; fi
}

# Prints the lines of standard input as a JSON list of strings; a line that would need escapes is encoded in base64.
lines() {
  separator=
  printf '['
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *[!\ !#-\[\]-~]*) line=base64:$(printf '%s' "$line" | base64 -w 0) ;; esac
    printf '%s\n  "%s"' "$separator" "$line"
    separator=,
  done
  printf ']'
}

# Runs the command $1 with the other arguments, but skips those that are not files.
of_files() {
  command=$1
  shift
  for path do
    shift
    if [ -f "$path" ]; then set -- "$@" "$path"; fi
  done
  if [ $# -gt 0 ]; then $command "$@" 2>/dev/null; fi
}

# Runs the command $1 with every file that may be part of taploom's configuration or override it.
configured() {
  of_files "$1" /etc/taploom/* /etc/nftables.conf /etc/sysctl.conf \
    /etc/sysctl.d/* /run/sysctl.d/* /usr/local/lib/sysctl.d/* /usr/lib/sysctl.d/* \
    /etc/systemd/network/* /etc/systemd/network/*.d/* /run/systemd/network/* /run/systemd/network/*.d/* \
    /usr/local/lib/systemd/network/* /usr/lib/systemd/network/* /etc/systemd/system/*.d/*taploom*
}

# Prints the kernel settings that a plan sets or relies on: each as `==> PATH <==` and, on the next line, its value.
sysctls() {
  of_files 'head -v -n 1' /proc/sys/net/ipv[46]/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra \
    /proc/sys/net/ipv[46]/neigh/default/gc_thresh[123] /proc/sys/net/bridge/bridge-nf-call-*
}

states() {
  systemctl show --property=Id,LoadState,ActiveState,UnitFileState systemd-networkd.service systemd-sysctl.service \
    nftables.service 2>/dev/null
}

versions() {
  printf 'kernel %s\nnftables %s\n' "$(uname -r)" "$(nft --version 2>/dev/null)"
  systemctl --version 2>/dev/null | head -n 1
}

content() {
  if [ -f "$1" ]; then cat "$1"; fi
}

case $(uname -n) in *[!A-Za-z0-9._-]*) name= ;; *) name=$(uname -n) ;; esac
printf '{"format": "taploom-facts/1",\n"host": "%s",\n"collected": %s,\n' "$name" "$(date +%s)"
printf '"versions": '; versions | lines
printf ',\n"activation": '; content "$taken/activation" | lines
printf ',\n"sums": '; content "$taken/SHA256SUMS" | lines
printf ',\n"files": '; configured sha256sum | lines
printf ',\n"modes": '; configured 'stat -c %a:%F:%n' | lines
printf ',\n"sysctls": '; sysctls | lines
printf ',\n"units": '; states | lines
printf ',\n"listening": '; ss --no-header --listening --udp --numeric --processes 'sport = :67' 2>/dev/null | lines
printf ',\n"ruleset": '; json nft -j list ruleset
printf ',\n"links": '; json ip -json -details link show
printf ',\n"addresses": '; json ip -json address show
printf ',\n"routes4": '; json ip -json -4 route show
printf ',\n"routes6": '; json ip -json -6 route show
printf ',\n"networkctl": '; json networkctl --json=short list
printf '}\n'
