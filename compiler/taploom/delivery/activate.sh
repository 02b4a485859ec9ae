#!/bin/sh
# activate: takes up a bundle of taploom on this host on trial; unless somebody confirms, the host goes back by itself.
#
#   ./activate check   [--force] [--expect sha256:HEX]                 checks bundle and host; changes nothing
#   ./activate try     [--timeout 2m] [--force] [--expect sha256:HEX]  takes it up on trial; goes back after the timeout unless confirmed
#   ./activate confirm [--force]                                       keeps the bundle; over ssh, call it from a new connection
#   ./activate revert                                                  ends the trial and goes back now
#   ./activate status  [--format text|json|prom]                       prints current, pending, drifted or foreign; changes nothing
#   ./activate remove                                                  restores the host as it was before its first bundle
#
# Exit: 0 done; 10 refused, nothing changed; 11 went back; 12 going back failed; 20 pending, 21 drifted, 22 foreign (status);
# 64 usage. Needs systemd, nft, iproute2, coreutils and flock; uses ping, getent and ssh-keygen for probes and signatures.
#
# Below /var/lib/taploom: `current` is the confirmed bundle, `trial` the bundle on trial, `snapshot` the state before the
# trial, `original` the state before the first bundle, `reverted` the last bundle that was not kept. The file `armed` decides:
# while it exists, the timer and the next boot go back. It is written before anything changes, and `confirm` renames it. Every
# step can be repeated, so if the script is killed at any line, the timer, the boot or the next call completes the work.
# Lists are split at line ends and globs are off, so variables need no quotes:
# shellcheck disable=SC2013,SC2015,SC2045,SC2046,SC2086,SC2254
set -uf
umask 022
IFS='
'
export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
state=/var/lib/taploom current=/var/lib/taploom/current trial=/var/lib/taploom/trial snapshot=/var/lib/taploom/snapshot
original=/var/lib/taploom/original lock=/run/taploom.lock etc=/etc/systemd/system boot=taploom-revert-boot.service
new=/etc/.taploom-new old=/etc/.taploom-old # on the file system of the files to replace, so that a rename suffices
tables="bridge taploom${IFS}bridge taploom-memory${IFS}inet taploom"
kinds='bridge tap tun vlan bond vxlan wireguard veth vrf macvlan dummy' # kinds of devices that units of a plan create
force='' expect='' format=text timeout='' by='' operator='' wrong=0 risky=0

say() { printf '%s\n' "$*" >&2 || :; }
log() { say "taploom: $2"; printf '%s\n' "$2" | limit 5 systemd-cat -t taploom -p "$1" || :; } # priority, text
step() { printf '%s %s\n' "$(date -u +%FT%T.%3NZ)" "$*" >>"$trial/journal" || :; }
wrong() { wrong=$((wrong + 1)); say "wrong: $*"; } # reason to refuse the bundle always
risky() { risky=$((risky + 1)); say "risky: $*"; } # reason to refuse it without --force
refused() { say "refused, nothing was changed${1:+: $1}"; exit 10; }
limit() { timeout -k 2 "$@"; } # seconds, command: ends a command that hangs, since the lock is held meanwhile
uptime() { IFS=' .' read -r seconds _ </proc/uptime; echo "$seconds"; } # in seconds; unlike the clock, it never jumps
minus() { { echo "$1" | sort -u; printf '%s\n' "$2" "$2"; } | sort | uniq -u; } # two lists: the lines that only the first has
facts() { for line in $(cat "$1" 2>/dev/null); do case " $2 " in *" ${line%% *} "*) echo "${line#* }" ;; esac; done; } # file, words: the rest of lines that begin with one of them
paths() { for line in $(facts "$1/activation" file); do echo "${line#* }"; done; } # bundle: its files, relative to /
only() { for path in $2; do case $path in *$1) echo "$path" ;; esac; done; }       # suffix, paths: those with this suffix
devices() { facts "$1/activation" "$kinds" | sort -u; }                            # bundle: devices that its plan creates

# --- the host as it is: files, settings, ruleset, devices

look() { (cd "$1" && { stat -c '%F %a %u %g %n' -- $2; sha256sum -- /dev/null $2; } 2>/dev/null); } # folder, paths: their metadata and checksums
differing() { for line in $(minus "$1" "$2"); do echo "${line##* }"; done | sort -u; }              # two `look`s: paths that differ
beside() { for path in $1; do echo "/$path$IFS/${path%/*}"; done | sort -u; }                       # paths: these files and their folders
copy() { [ -z "$2" ] || (cd "$1" && mkdir -p "$3" && cp -a --parents -- $2 "$3"); }                 # from, paths, to
swap() { # folder of copies, paths: renames the existing copies into place
    for into in $(for path in $2; do echo "${path%/*}"; done | sort -u); do
        some=$(for path in $2; do [ "${path%/*}" = "$into" ] && { [ -e "$1/$path" ] || [ -h "$1/$path" ]; } && echo "$1/$path"; done)
        [ -z "$some" ] || { mkdir -p "/$into" && mv -f -- $some "/$into/"; } || return 1
    done
}
words() { # file of a unit, section, key: the values of the key
    section=''
    for line in $(cat "$1" 2>/dev/null); do
        case $line in \[*) section=$line ;; "$3="*) [ "$section" != "$2" ] || echo "${line#*=}" | tr ' ' '\n' ;; esac
    done
}
taker() { words "/run/systemd/netif/links/$(cat "/sys/class/net/$1/ifindex" 2>/dev/null)" '' NETWORK_FILE; } # interface: its .network file
wanted() { # bundle: its kernel settings as `PATH VALUE`, with the path below /proc/sys
    for path in $(only .conf "$(paths "$1")"); do
        case $path in etc/sysctl.d/*) ;; *) continue ;; esac
        for line in $(cat "$1/$path"); do
            key=${line%% *}
            case $key in \#*) continue ;; net/*) ;; *) key=$(echo "$key" | tr ./ /.) ;; esac
            device=${key%/accept_ra}
            [ "$device" = "$key" ] || [ -z "$(taker "${device##*/}")" ] || continue # networkd handles advertisements itself, and sets 0
            echo "$key ${line##* }"
        done
    done
}
values() { # paths below /proc/sys: `PATH VALUE` of the existing ones
    for line in $(cd /proc/sys && tail -n +1 -- /dev/null $1 2>/dev/null); do
        case $line in '==> '*) path=${line#==> } path=${path% <==} ;; *) echo "$path $line" ;; esac
    done
}
settings() { # list of `PATH VALUE`, `0` or `all`: writes values that differ; `0` writes only zeros
    for _ in 1 2 3; do # repeated, since writing `all` changes the settings of interfaces
        for line in $(minus "$1" "$(values "$(echo "$1" | cut -d ' ' -f 1)")"); do
            case $2,$line in 0,*\ 0 | all,*) [ ! -w "/proc/sys/${line% *}" ] || echo "${line#* }" >"/proc/sys/${line% *}" ;; esac
        done
    done
}
live() { # options of nft: listing of taploom's loaded tables
    loaded=$(limit 10 nft list tables) || return 1
    for table in $tables; do
        case $IFS$loaded$IFS in *"${IFS}table $table$IFS"*) limit 30 nft "$@" list table ${table% *} ${table#* } || return 1 ;; esac
    done
}
there() { for device in $1; do [ ! -e "/sys/class/net/$device" ] || echo "$device"; done; }
gone() { there "$(minus "$(devices "$snapshot")" "$(devices "$trial")")"; }     # devices of the earlier plan that the trial's plan lacks
made() { there "$(minus "$(devices "$trial")" "$(cat "$snapshot/devices")")"; } # devices that the trial made
links() { limit 120 ip -force -batch -; } # runs `ip link` commands from standard input; a failure stops none of the others
down() { for device in $1; do echo "link set dev $device down"; done | links; }
delete() { # devices: deletes them; ports of a bridge go down first, since no rule covers them without the bridge
    for device in $1; do
        [ ! -d "/sys/class/net/$device/brif" ] || for port in $(ls "/sys/class/net/$device/brif"); do echo "link set dev $port down"; done
        echo "link delete dev $device"
    done | links
}
raised() { ip -br link show up | tr '@' ' ' | cut -d ' ' -f 1; }
raise() { for device in $(there "$(minus "$(cat "$snapshot/raised")" "$(raised)")"); do echo "link set dev $device up"; done | links; }
ports() { # `PORT BRIDGE` of every port
    list=$(for port in $(ls /sys/class/net); do [ ! -h "/sys/class/net/$port/master" ] || echo "/sys/class/net/$port/master"; done)
    set -- $([ -z "$list" ] || readlink -- $list)
    for port in $list; do port=${port%/*}; echo "${port##*/} ${1##*/}"; shift; done
}
rejoin() { # lines of `ports`: puts these ports back into their bridges, once networkd has made the bridges
    for line in $(minus "$1" "$(ports)"); do
        for _ in 1 2 3 4 5 6 7 8 9; do [ -e "/sys/class/net/${line#* }" ] || sleep 0.2; done
        [ ! -e "/sys/class/net/${line% *}" ] || echo "link set dev ${line% *} master ${line#* } up"
    done | links
}
remake() { # folder, paths: sets new MAC addresses of bridges, which systemd 252 sets only when it creates a bridge
    for device in $(there "$(facts "$trial/activation" bridge)"); do
        address=$(words "$1/$(only "-taploom-$device.netdev" "$2")" '[NetDev]' MACAddress)
        case $address in '' | "$(cat "/sys/class/net/$device/address")") continue ;; esac
        down "$device" && limit 5 ip link set dev "$device" address "$address" up && echo "$device" || return 1
    done
}

# --- does it work?

find_operator() { # the caller's SSH_CONNECTION, also behind sudo: client address, client port, own address, own port
    operator=${SSH_CONNECTION:-} process=$$
    while [ -z "$operator" ] && [ "${process:-0}" -gt 1 ]; do
        for line in $(tr '\0' '\n' <"/proc/$process/environ" 2>/dev/null); do
            case $line in SSH_CONNECTION=*) operator=${line#*=} ;; esac
        done
        process=$(cat "/proc/$process/stat" 2>/dev/null) process=${process##*) ? } process=${process%% *}
    done
}
works() ( # probe: whether it succeeds
    IFS=' '
    set -- $1 $operator
    case $1 in
        gateway)
            hop=$4
            [ "$hop" != learned ] || hop=$(ip "-${3#ipv}" route show default dev "$2" | head -n 1 | cut -s -d ' ' -f 3)
            [ -n "$hop" ] && limit 3 ping "-${3#ipv}" -n -q -c 1 -W 2 -I "$2" "$hop" ;;
        dns) limit 3 getent ahosts "$2" ;;
        tcp) # something listens, and the operator's connection still has its address and its route back
            [ -n "$(limit 3 ss -Hltn "sport = :$2")" ] &&
                { [ $# = 2 ] || { [ -n "$(ip -o address show to "$5")" ] && ip route get "$3" from "$5"; }; } ;;
    esac >/dev/null 2>&1
)
probe() { for line in $1; do { works "$line" && echo "$line"; } 9>&- & done; wait; } # probes: those that succeed
probed() { # number of tries, one a second: whether all probes that succeeded before succeed again
    for try in $(seq "$1"); do
        [ "$try" = 1 ] || sleep 1
        failing=$(minus "$(cat "$snapshot/worked")" "$(probe "$(cat "$snapshot/worked")")")
        [ -n "$failing" ] || return 0
    done
    for line in $failing; do log err "worked before, and does not now: $line"; done
    return 1
}

# --- preparing to go back, taking up, going back

save() { # stores the state that going back restores; runs before any change
    rm -rf "$snapshot" && mkdir -p "$snapshot/files" || return 1
    saved_settings & # a host of 400 guests has 3,000 of them
    { [ ! -e "$current" ] || cat "$current/activation"; } >"$snapshot/activation"
    { paths "$trial"; paths "$snapshot"; } | sort -u >"$snapshot/paths"
    for path in $(cat "$snapshot/paths"); do [ ! -e "/$path" ] && [ ! -h "/$path" ] || echo "$path"; done >"$snapshot/there"
    for path in $(beside "$(cat "$snapshot/paths")"); do [ -d "${path%/*}" ] || echo "${path%/*}"; done | sort -ru >"$snapshot/folders"
    copy / "$(cat "$snapshot/there")" "$snapshot/files" || return 1
    look / "$(cat "$snapshot/there")" >"$snapshot/look"
    ls /sys/class/net >"$snapshot/devices" && ports >"$snapshot/ports" && raised >"$snapshot/raised" || return 1
    for device in $(there "$(facts "$trial/activation" "uplink $kinds")"); do
        [ -z "$(taker "$device")" ] || continue # networkd does not restore addresses of links that it does not manage
        addressed "$device"
    done >"$snapshot/addressed"
    live >"$snapshot/live.nft" || return 1
    for table in $tables; do printf 'table %s\ndelete table %s\n' "$table" "$table"; done >"$snapshot/ruleset.nft"
    cat "$snapshot/live.nft" >>"$snapshot/ruleset.nft" || return 1
    if ! limit 60 nft -c -f "$snapshot/ruleset.nft"; then # some versions of nft cannot load their own listing
        cp "$snapshot/files/etc/taploom/taploom.nft" "$snapshot/ruleset.nft" && limit 60 nft -c -f "$snapshot/ruleset.nft" || return 1
    fi
    wait
    [ -e "$snapshot/settings" ] && sync -- $(du -al "$snapshot" "$trial" | cut -f 2-) "$state"
}
way_back() { # `timer` or `boot`: command that goes back, or that removes what a rollback left if it was killed at its end
    for bundle in "$trial" "$state/reverted"; do
        printf '[ ! -e %s/activate ] || exec /bin/sh %s/activate revert --by %s; ' "$bundle" "$bundle" "$1"
    done
}
timer() { # seconds until the host goes back; systemd retries if that fails
    limit 10 systemctl stop taploom-revert.timer taploom-revert.service 2>/dev/null
    limit 10 systemd-run --quiet --collect --unit=taploom-revert --description='taploom goes back unless confirmed' \
        --on-active="$1s" --timer-property=AccuracySec=100ms --property=Type=oneshot --property=Restart=on-failure \
        --property=RestartSec=20s /bin/sh -c "$(way_back timer)"
}
arm() { # seconds: timer and boot unit come first; if the rest is interrupted, they clean up
    timer "$1" || return 1
    mkdir -p "$etc/sysinit.target.wants" && printf '%s\n' '[Unit]' 'Description=taploom goes back to what was confirmed' \
        'DefaultDependencies=no' "ConditionPathIsDirectory=$state" "RequiresMountsFor=$state" 'After=local-fs.target' \
        'Before=systemd-sysctl.service nftables.service taploom-ruleset.service network-pre.target systemd-networkd.service' \
        'Before=sysinit.target shutdown.target' 'Conflicts=shutdown.target' '[Service]' 'Type=oneshot' \
        "ExecStart=/bin/sh -c '$(way_back boot)'" >"$etc/$boot.new" && mv -f "$etc/$boot.new" "$etc/$boot" &&
        ln -sfn "$etc/$boot" "$etc/sysinit.target.wants/$boot" && sync -- "$etc/$boot" "$etc" "$etc/sysinit.target.wants" &&
        copy "$trial" "$changed" "$new" && copy "$snapshot/files" "$(cat "$snapshot/there")" "$old" || return 1
    echo "$(($(uptime) + $1))" >"$trial/armed.new" && sync -- "$trial/armed.new" &&
        mv "$trial/armed.new" "$trial/armed" && sync -- "$trial"
}
disarm() {
    rm -rf "$etc/sysinit.target.wants/$boot" "${etc:?}/$boot" "$etc/$boot.new" "$trial/armed" "$new" "$old"
    limit 10 systemctl stop taploom-revert.timer 2>/dev/null
    [ "$by" = timer ] || limit 10 systemctl stop taploom-revert.service 2>/dev/null || : # there may be none
}
take_up() { # paths of files that differ: takes the trial up; `back` undoes each step
    step files && swap "$new" "$1" || return 1
    rm -f -- $(for path in $(minus "$(paths "$snapshot")" "$(paths "$trial")"); do echo "/$path"; done)
    step 'devices that go' && down "$(gone)" || return 1
    step ruleset && settings "$(cat "$trial/wanted")" 0
    for path in $(only .nft "$(paths "$trial")"); do limit 60 nft -f "/$path" || return 1; done
    step settings && settings "$(cat "$trial/wanted")" all
    again=$(remake "$trial" "$1") || return 1
    step networkd && limit 30 networkctl reload || return 1
    for device in $again; do limit 10 networkctl reconfigure "$device" || return 1; done
    step probes && probed 20
}
back() { # reason: goes back; it can be interrupted and repeated, and a failed step stops none of the others
    failed=''
    log warning "going back: $1"
    rm -f "$trial/complete" # from here on `confirm` refuses
    echo "$1" >"$trial/reason"
    step "back: $1"
    down "$(made)" || failed="$failed devices"
    settings "$(cat "$snapshot/settings")" 0
    [ ! -s "$snapshot/live.nft" ] || limit 60 nft -f "$snapshot/ruleset.nft" || failed="$failed ruleset"
    restore || failed="$failed files"
    settings "$(cat "$snapshot/settings")" all
    step 'back: networkd' && again=$(remake "$snapshot/files" "$(differing "$(cat "$snapshot/look")" "$(cat "$trial/look")")") ||
        failed="$failed devices"
    [ "$by" = boot ] || raise
    if limit 5 systemctl is-active --quiet systemd-networkd.service; then
        limit 30 networkctl reload || failed="$failed networkd"
        for device in $(gone) $again; do limit 10 networkctl reconfigure "$device" || failed="$failed networkd"; done
        rejoin "$(cat "$snapshot/ports")" || failed="$failed ports"
    fi
    delete "$(made)" || failed="$failed devices"
    [ "$by" = boot ] || { raise; readdress; }
    [ -s "$snapshot/live.nft" ] || limit 60 nft -f "$snapshot/ruleset.nft" || failed="$failed ruleset"
    [ -z "$failed" ] || { log err "going back failed:$failed"; return 1; }
    step 'back: done'
    rm -rf "$state/reverted" && mv "$trial" "$state/reverted" && rm -f "$state/reverted/armed" && sync -- "$state" || return 1
    disarm
    log warning "went back: $1"
}
restore() { # restores files: from the prepared copies, which need no disk space, then from the snapshot if needed
    list=$(cat "$snapshot/there")
    for from in prepared snapshot; do
        changed=$(differing "$(cat "$snapshot/look")" "$(look / "$list")")
        [ -n "$changed" ] || break
        [ $from = prepared ] || copy "$snapshot/files" "$changed" "$old"
        swap "$old" "$changed" && sync -- $(beside "$changed")
    done
    rm -f -- $(for path in $(minus "$(cat "$snapshot/paths")" "$list"); do echo "/$path"; done)
    for path in $(cat "$snapshot/folders"); do rmdir "$path" 2>/dev/null; done
    [ -z "$changed" ] || [ -z "$(differing "$(cat "$snapshot/look")" "$(look / "$list")")" ]
}
readdress() { # restores addresses and routes of links that networkd did not manage; networkd releases them with a delay
    [ -s "$snapshot/addressed" ] || return 0
    for errors in /dev/null /dev/stderr; do
        sleep 1
        for line in $(cat "$snapshot/addressed"); do (IFS=' ' && limit 5 ip $line) 2>"$errors" || :; done
    done
}

# --- the verbs

hold() { # seconds: waits for the lock, so that only one `activate` runs
    (umask 077 && : >>"$lock" && : >>"$lock.pid") # only root may open the lock, or any user could hold it
    exec 9>>"$lock"
    if ! flock -w "$1" 9; then
        [ "$by" = timer ] || refused 'another activate is running'
        case $(tr '\0' ' ' <"/proc/$(cat "$lock.pid")/cmdline") in *activate*) kill -9 "$(cat "$lock.pid")" ;; esac # it hangs
        flock -w 90 9 || exit 12
    fi
    echo $$ >"$lock.pid"
    [ ! -e "$trial/confirmed" ] || settle
}
settle() { # the second half of `confirm`; the next call repeats it if it was interrupted
    (cd "$state" && { [ -e original ] || { rm -rf first && cp -a snapshot first && mv first original; }; }) || return 1
    list=$(minus "$(cat "$snapshot/paths")" "$(cat "$original/paths")") some=$(minus "$(cat "$snapshot/there")" "$(cat "$original/paths")")
    copy "$snapshot/files" "$some" "$original/files" && printf '%s\n' $some >>"$original/there" || return 1
    look "$original/files" "$(sort -u "$original/there")" >"$original/look"
    keys=$IFS$(minus "$(cut -d ' ' -f 1 "$trial/wanted")" "$(cut -d ' ' -f 1 "$original/settings")")$IFS
    for line in $(cat "$snapshot/settings"); do case $keys in *"$IFS${line% *}$IFS"*) echo "$line" ;; esac; done >>"$original/settings"
    printf '%s\n' $list >>"$original/paths" || return 1
    delete "$(gone)"
    disarm
    rm -rf "$state/previous" "$state/reverted" && { [ ! -e "$current" ] || mv "$current" "$state/previous"; } &&
        mv "$trial" "$current" && rm -f "$current/confirmed" && sync -- "$state"
}
stage() { # folder: copies the bundle to where only root can write, and checks the copy
    rm -rf "$1" && mkdir -p "$1" && cp -RP -- "$here/." "$1" || refused 'the bundle cannot be copied'
    [ "$here" != "$current" ] || (cd "$1" && rm -f complete journal listing loaded look operator reason wanted worked)
    sound "$1"
    if [ "$wrong" = 0 ]; then
        chmod -R u=rwX,go=rX "$1"
        for line in $(facts "$1/activation" file); do [ "${line%% *}" = 0644 ] || chmod "${line%% *}" "$1/${line#* }"; done
        judge "$1"
    fi
    [ "$wrong" = 0 ] && { [ "$risky" = 0 ] || [ -n "$force" ]; } || { rm -rf "$1"; refused; }
}
check() {
    scratch=$(mktemp -d /run/taploom.XXXXXX) || refused
    readonly scratch
    trap 'rm -rf "$scratch"' EXIT
    stage "$scratch/bundle"
    say "nothing speaks against taking up $plan, serial $serial, on $host"
}
try() {
    trap '' HUP PIPE
    hold 0
    mkdir -p "$state" && chmod 0700 "$state" && [ ! -e "$trial/armed" ] || refused 'a trial is pending: confirm or revert it first'
    stage "$state/new"
    if [ "$(cat "$state/new/SHA256SUMS")" = "$(cat "$current/SHA256SUMS" 2>/dev/null)" ] && [ -z "$(drifted "$current")" ]; then
        rm -rf "$state/new" "$state/reverted"
        say "$plan is taken up and confirmed already"
        return
    fi
    rm -rf "$trial" "$new" "$old" && mv "$state/new" "$trial" || refused
    timeout=${timeout:-$(facts "$trial/activation" confirm)}
    probe "$(facts "$trial/activation" probe)" >"$trial/worked" &
    save && wanted "$trial" >"$trial/wanted" && look "$trial" "$(paths "$trial")" >"$trial/look" || refused 'the snapshot failed'
    wait
    changed=$(differing "$(cat "$trial/look")" "$(cat "$snapshot/look")")
    cp "$trial/worked" "$snapshot/worked" && echo "$operator" >"$trial/operator" && arm "$timeout" ||
        { disarm; refused 'the rollback cannot be prepared'; }
    trap 'went_back interrupted' INT TERM
    take_up "$changed" || went_back 'taking up failed'
    live -s >"$trial/loaded" && touch "$trial/complete" || went_back 'no room on the disk'
    log notice "$plan is taken up on trial: confirm within $(($(cat "$trial/armed") - $(uptime))) s, or it goes back"
}
went_back() { trap '' INT TERM; back "$1" || again; exit 11; }
again() { [ "$by" = timer ] || timer 20; exit 12; } # goes back again in 20 s; for the timer's own run, systemd retries
confirm() {
    hold 60
    if [ ! -e "$trial/armed" ]; then
        [ ! -e "$state/reverted" ] || { say "it went back: $(cat "$state/reverted/reason")"; exit 11; }
        [ -e "$current" ] || refused 'nothing is on trial'
        say "$(facts "$current/activation" plan) is confirmed already"
        return
    fi
    [ -e "$trial/complete" ] || refused 'the take-up is incomplete: call revert'
    if [ -z "$force" ]; then
        [ -z "$operator" ] || [ "$operator" != "$(cat "$trial/operator")" ] || refused 'confirm over a new connection'
        probed 5 || refused 'a probe fails that worked before'
    fi
    normal "$(cat "$trial/loaded")" >"$trial/listing" && sync -- $(beside "$(paths "$trial")") || refused 'no room on the disk'
    mv "$trial/armed" "$trial/confirmed" && sync -- "$trial" && settle || refused 'no room on the disk'
    log notice "confirmed: $(facts "$current/activation" plan)"
}
revert() {
    hold 90
    [ -e "$trial/armed" ] || { [ -n "$by" ] || refused 'nothing is on trial'; disarm; return; }
    case $by in timer) back 'not confirmed in time' ;; boot) back 'booted before it was confirmed' ;; *) back 'asked for' ;; esac || again
}
remove() {
    hold 60
    [ ! -e "$trial/armed" ] || refused 'a trial is pending: confirm or revert it first'
    [ -e "$original/paths" ] || refused 'nothing was taken up'
    trial=$current snapshot=$original
    [ ! -e "$current" ] || back 'all is removed' || exit 12
    rm -rf "$state"
}
usage() { head -n 10 "$0" >&2; exit 64; }
main() {
    here=$(dirname "$(readlink -f "$0")") verb=${1:-}
    shift $(($# > 0))
    while [ $# -gt 0 ]; do
        case $1,${2:-} in
            --force,*) force=1 ;;
            --expect,sha256:*) expect=$2; shift ;;
            --format,text | --format,json | --format,prom) format=$2; shift ;;
            --timeout,*[!0-9sm]* | --timeout, | --timeout,[sm]* | --timeout,*[sm]?*) usage ;;
            --timeout,*m) timeout=$((${2%m} * 60)); shift ;;
            --timeout,*) timeout=${2%s}; shift ;;
            --by,timer | --by,boot) by=$2; shift ;;
            *) usage ;;
        esac
        shift
    done
    [ "$(id -u)" = 0 ] || refused 'call it as root'
    # shellcheck source-path=SCRIPTDIR source=inspect.sh
    case $verb in check | try | confirm | status) . "$here/inspect" ;; esac
    case $verb in check | try | confirm) find_operator ;; esac
    case $verb in check) check ;; try) try ;; confirm) confirm ;; revert) revert ;; status) status ;; remove) remove ;; *) usage ;; esac
}
main "$@"; exit
