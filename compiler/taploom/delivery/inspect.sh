#!/bin/sh
# inspect: the checks of a bundle and its host, what a snapshot reads, and the command `status`. It leaves the host as it is.
#
# `activate` sources this file for `check`, `try`, `confirm` and `status`, and defines the other functions. Both split lists alike:
# shellcheck disable=SC2013,SC2015,SC2045,SC2046,SC2086,SC2154,SC2254

# --- is the bundle whole, and can this host take it up?

allowed='A-Za-z0-9 _./:@+,#()<>&^~-' # characters of paths and facts; names of interfaces have neither blank nor slash
sound() { # folder: it holds exactly the files of SHA256SUMS, with these checksums, at paths that taploom uses
    found=$(cd "$1" && stat -c '%F %n' -- $(du -al . | cut -f 2-)) || wrong 'a file name that no bundle has'
    for line in $found; do
        case $line in directory\ . | directory\ ./* | regular\ *file\ ./*) ;; *) wrong "neither file nor folder: $line" ;; esac
    done
    listed=$(cut -c 67- "$1/SHA256SUMS")
    for path in $listed; do
        case $path,${path##*/} in
            activate,* | activation,* | inspect,* | manifest.json,*) ;;
            *[!$allowed]* | *\ * | *//* | */./* | */../*) wrong "a path that no bundle has: $path" ;;
            etc/*,*taploom*) [ ! -d "/$path" ] || wrong "this host has a folder /$path" ;;
            *) wrong "a path that no bundle has: $path" ;;
        esac
    done
    found=$(for line in $found; do case $line in regular*) echo "${line#*file ./}" ;; esac; done)
    [ "$wrong" = 0 ] && [ "$(cd "$1" && sha256sum -- $listed)" = "$(cat "$1/SHA256SUMS")" ] || wrong 'a file does not match SHA256SUMS'
    extra=$(minus "$found" "$listed${IFS}SHA256SUMS${IFS}SHA256SUMS.sig")$(minus "$listed" "$found")
    [ -z "$extra" ] || wrong "files in only one of bundle and SHA256SUMS: $extra"
    [ -z "$(minus "$(paths "$1")" "$listed")$(minus "$listed" "$(paths "$1")${IFS}activate${IFS}activation${IFS}inspect${IFS}manifest.json")" ] ||
        wrong 'SHA256SUMS and activation list different files'
    [ "$(head -n 1 "$1/activation")" = taploom-activation/1 ] || wrong 'activation is of another format'
    for line in $(tail -n +2 "$1/activation"); do
        rest=${line#* }
        case $line in
            *[!$allowed]*) ;;
            plan\ sha256:* | before\ sha256:* | probe\ [a-z]* | change\ D[0-6]\ * | admit\ [0-9]* | file\ 0[0-7][0-7][0-7]\ etc/*) continue ;;
            host\ * | systemd\ * | nftables\ *) case $rest in *[/\ ]*) ;; *) continue ;; esac ;;
            serial\ * | confirm\ *) case $line in *\ *[!0-9]* | serial\ ???????????????????* | confirm\ ??????*) ;; *) continue ;; esac ;;
            *) case " uplink $kinds ,$rest" in *,*[/\ ]* | *,. | *,..) ;; *" ${line%% *} "*,*) continue ;; esac ;;
        esac
        wrong "this activate does not know the line: $line"
    done
    for word in host plan serial systemd nftables confirm; do
        case $(facts "$1/activation" $word) in '' | *"$IFS"*) wrong "activation does not have exactly one line: $word" ;; esac
    done
}
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
judge() { # folder of a sound bundle
    host=$(facts "$1/activation" host) plan=$(facts "$1/activation" plan) serial=$(facts "$1/activation" serial)
    known=$(facts "$current/activation" host) node=$(uname -n)
    case $known in
        "$host") ;;
        '') [ "$host" = "${node%%.*}" ] || risky "a bundle of $host, and this host calls itself $node" ;;
        *) wrong "a bundle of $host, and this host has had those of $known" ;;
    esac
    [ -z "$expect" ] || [ "$expect" = "$plan" ] || wrong "the plan is $plan, not $expect"
    known=$(facts "$current/activation" serial)
    [ "${serial:-0}" -ge "${known:-0}" ] || risky "its serial is $serial, and this host had $known"
    if [ -e /etc/taploom/allowed_signers ]; then
        signer=$(ssh-keygen -Y find-principals -s "$1/SHA256SUMS.sig" -f /etc/taploom/allowed_signers 2>/dev/null | head -n 1)
        ssh-keygen -Y verify -n taploom-bundle -I "${signer:-nobody}" -f /etc/taploom/allowed_signers \
            -s "$1/SHA256SUMS.sig" <"$1/SHA256SUMS" >/dev/null 2>&1 || wrong 'nobody in /etc/taploom/allowed_signers has signed it'
    fi
    have=$(systemctl --version | head -n 1 | cut -d ' ' -f 2) want=$(facts "$1/activation" systemd)
    ! older "$have" "$want" || wrong "systemd is $have, and the plan is for $want"
    have=$(nft --version | cut -d ' ' -f 2) want=$(facts "$1/activation" nftables)
    ! older "${have#v}" "$want" || wrong "nft is $have, and the plan is for $want"
    checked=''
    for path in $(only .nft "$(paths "$1")"); do limit 60 nft -c -f "$1/$path" >&2 & checked=$checked$!$IFS; done
    for device in $(facts "$1/activation" uplink); do [ -e "/sys/class/net/$device" ] || wrong "there is no $device"; done
    ! limit 10 systemctl is-active --quiet NetworkManager.service || for device in $(facts "$1/activation" uplink); do
        [ "$(words "/run/NetworkManager/devices/$(cat "/sys/class/net/$device/ifindex" 2>/dev/null)" '[device]' managed)" != true ] ||
            risky "NetworkManager manages $device, and networkd would configure it as well: make it unmanaged there"
    done
    limit 10 systemctl is-active --quiet systemd-networkd.service || wrong 'systemd-networkd does not run'
    case $(cat /etc/nftables.conf $etc/taploom-ruleset.service 2>/dev/null) in *taploom*) ;; *) say 'note: nothing loads the ruleset at boot' ;; esac
    for line in $(foreign); do line=${line#*|} && say "note: ${line%%|*}: ${line#*|}"; done
    earlier "$1"
    locked_out "$1"
    for process in $checked; do wait "$process" || wrong 'nft rejects the ruleset'; done
}
foreign() { # things of others that affect taploom's traffic, as rows of `status`
    for line in $(limit 10 nft list chains 2>/dev/null); do
        case $line in
            table\ *) table=${line#table } table=${table% ?} ;;
            *hook\ forward*policy\ drop* | *hook\ input*policy\ drop* | *type\ nat\ hook\ postrouting*)
                case $IFS$tables$IFS in *"$IFS$table$IFS"*) ;; *) echo "foreign|table $table|its chain: ${line#	*	}" ;; esac ;;
        esac
    done
    for name in bridge-nf-call-iptables bridge-nf-call-ip6tables; do
        [ "$(cat /proc/sys/net/bridge/$name 2>/dev/null)" != 1 ] || echo "foreign|$name|bridged frames pass the forward chains"
    done
}
fits() { # unit, interface (or pattern): whether a `Name=` in the unit's [Match] matches it; systemd.network(5)
    fit=1
    for pattern in $(words "$1" '[Match]' Name); do
        case $2 in ${pattern#!}) case $pattern in !*) return 1 ;; *) return 0 ;; esac ;; esac
        case $pattern in !*) fit=0 ;; $2) return 0 ;; esac
    done
    return $fit
}
earlier() { # folder: reports units of others that networkd tries for the same links before units of the bundle
    ours=$(for path in $(only .network "$(paths "$1")"); do echo "${path##*/}"; done | sort)
    others='' seen=$IFS$ours$IFS$(for path in $(paths "$current"); do echo "${path##*/}"; done)$IFS
    for folder in /etc /run /usr/local/lib /usr/lib; do # of several files with the same name, the first counts, even if it is empty
        for name in $(only .network "$(ls -A $folder/systemd/network 2>/dev/null)"); do
            case $seen in *"$IFS$name$IFS"*) continue ;; esac
            seen=$seen$name$IFS
            [ ! -s "$folder/systemd/network/$name" ] || others="$others$name $folder/systemd/network/$name$IFS"
        done
    done
    for other in $others; do
        for mine in $(printf '%s\n' "${other%% *}" "$ours" | sort -r); do
            [ "$mine" != "${other%% *}" ] || break # networkd tries the remaining units before this one
            for device in $(words "$1/etc/systemd/network/$mine" '[Match]' Name); do
                case $(words "${other#* }" '[Match]' Name | head -n 1),$(taker "$device") in
                    *,"${other#* }") ;; # networkd uses it already; else compare the names
                    ?*,*) fits "${other#* }" "$device" || continue ;;
                    ,?*) continue ;;
                esac
                risky "networkd tries ${other#* } before $mine for $device: remove it, or let its name begin with 20"
            done
        done
    done
}
interval() { echo "table inet x { set s { type ${type}_addr; flags interval; elements = { $1 }; }; }" | limit 5 nft -c -f - 2>/dev/null; }
locked_out() { # folder: reports if the bundle would cut the ssh connection of the operator
    if [ "$(facts "$1/activation" before)" = "$(facts "$current/activation" plan)" ]; then
        for line in $(facts "$1/activation" change); do case $line in D6\ *) risky "it can cut the management access: $line" ;; esac; done
    fi
    [ -n "$operator" ] || return 0
    client=${operator%% *} own=${operator#* * } port=${operator##* } own=${own% *} type=ipv4 served='DHCP=ipv4' some=''
    case $own in *:*) type=ipv6 served="IPv6AcceptRA=yes${IFS}DHCP=ipv6" ;; esac
    device=$(ip -o address show to "$own" | tr -s ' ' | cut -d ' ' -f 2 | head -n 1)
    for path in $(only .network "$(paths "$1")"); do
        fits "$1/$path" "$device" || continue
        for line in $(cat "$1/$path"); do
            case "$line,$IFS$served${IFS}DHCP=yes$IFS" in "Address=$own/"* | *,*"$IFS$line$IFS"*) some=1 ;; esac
        done
        [ -n "$some" ] || risky "your connection uses $own on $device, and $path does not configure this address"
        break
    done
    [ -n "$(facts "$1/activation" admit)" ] || return 0
    case $IFS$(facts "$1/activation" "uplink $kinds"; facts "$1/activation" admit | cut -d ' ' -f 2)$IFS in
        *"$IFS$device$IFS"*) ;;
        *) return ;; # `admit` lines say nothing about interfaces that the plan does not name
    esac
    prefixes=''
    for line in $(facts "$1/activation" admit); do
        case $line,$type in "$port $device "*:*,ipv6 | "$port $device "*.*.*.*/*,ipv4) prefixes="$prefixes${line##* }, " ;; esac
        case $line in "$port $device $client/32" | "$port $device $client/128") return ;; esac
    done
    # nft refuses a set with an address and a prefix that contains it: so a refusal means that the client is admitted
    if [ -z "$prefixes" ] || { interval "$prefixes" && interval "$prefixes$client"; }; then
        risky "no rule of the plan lets $client in by $device to port $port"
    fi
}

# --- what does going back restore, besides files, ruleset and devices?

saved_settings() { # settings of the plan, and settings that change with `all` or by networkd
    keys=$(
        wanted "$trial" | cut -d ' ' -f 1
        cd /proc/sys/net && set +f && ls -d ipv[46]/conf/*/forwarding ipv4/conf/all/accept_redirects \
            ipv4/conf/*/promote_secondaries ipv6/conf/*/accept_ra ipv6/conf/*/addr_gen_mode ipv6/conf/*/disable_ipv6 \
            ipv6/conf/*/proxy_ndp ipv6/conf/*/use_tempaddr
    )
    values "$(for key in $keys; do echo "net/${key#net/}"; done | sort -u)" >"$snapshot/values" &&
        mv "$snapshot/values" "$snapshot/settings"
}
accepted() ( # line that `ip` prints: without the words that `ip` does not accept
    IFS=' '
    for word in $1; do
        case $word in secondary | tentative | dadfailed | deprecated | temporary | stable-privacy | linkdown | dead | offload | trap) ;; *) printf '%s ' "$word" ;; esac
    done
)
addressed() { # interface: `ip` commands for its permanent addresses and its routes, without those that come by themselves
    for line in $(limit 5 ip -o address show dev "$1" permanent | tr -s ' '); do
        line=${line#*: * } line=${line%%\\*} line=${line% } label=''
        case $line in inet\ *) label="label ${line##* }" line=${line% *} ;; esac # IPv4 has a label, behind all else
        echo "address replace $(accepted "${line#* }")dev $1 $label"
    done
    for family in 4 6; do
        for line in $(limit 5 ip -o "-$family" route show dev "$1" table all | tr -s ' '); do
            case " $line " in *' proto kernel '* | *' proto ra '* | *' expires '*) ;; *) echo "-$family route replace $(accepted "$line")dev $1" ;; esac
        done
    done
}

# --- how does the host differ from the bundle that it took up?

normal() { # listing: numbers rules by their place in the chain, sorts elements of sets, and drops elements that traffic adds
    for line in $1; do
        case $line in
            *elements\ =\ \{*) inside=1 line=${line#*\{} ;;
            table\ *) table=${line% ?} block='' number=100000 inside='' dynamic='' ;;
            '	'[a-z]*\ \{) block=${line% ?} number=100000 dynamic='' ;;
            *flags\ *dynamic*) dynamic=1 ;;
        esac
        number=$((number + 1)) IFS=,
        [ -z "$inside" ] || [ -n "$dynamic" ] || for each in ${line%\}}; do echo "$table$block|${each#"${each%%[! 	]*}"}"; done
        IFS='
'
        [ -n "$inside" ] || echo "$table$block|$number $line"
        case $line in *\}) inside='' ;; esac
    done | sort -u
}
status() { # rows `WORD|WHAT|TEXT`
    at=$here rows='' word=current code=0
    [ ! -e "$current" ] || at=$current
    [ ! -e "$trial/confirmed" ] || at=$trial
    if [ -e "$trial/armed" ]; then
        at=$trial left=$(($(cat "$trial/armed") - $(uptime)))
        [ -e "$trial/complete" ] && [ $left -gt 0 ] || left=''
        rows="pending|trial|${left:+confirmed within $left s, or it }goes back$IFS"
    fi
    plan=$(facts "$at/activation" plan) serial=$(facts "$at/activation" serial) host=$(facts "$at/activation" host)
    [ -e "$at/look" ] && [ "$(facts "$here/activation" plan)" = "$plan" ] ||
        rows="${rows}pending|bundle|$(facts "$here/activation" plan) is not taken up$(reverted)$IFS"
    rows=$rows$([ ! -e "$at/look" ] || drifted "$at"; foreign)
    for line in $rows; do
        case $word,$line in
            *,pending*) word=pending code=20 ;;
            current,drifted* | foreign,drifted*) word=drifted code=21 ;;
            current,foreign*) word=foreign code=22 ;;
        esac
    done
    case $format in text) as_text ;; json) as_json ;; prom) as_prom ;; esac
    exit $code
}
reverted() { # if this bundle is the last one that was not kept: the reason
    [ "$(facts "$state/reverted/activation" plan)" != "$(facts "$here/activation" plan)" ] || echo ": it went back, $(cat "$state/reverted/reason")"
}
drifted() { # folder of the bundle that was taken up: its differences, as rows of `status`
    for path in $(differing "$(cat "$1/look")" "$(look / "$(paths "$1")")"); do echo "drifted|/$path|other bytes, mode or owner, or gone"; done
    for line in $(minus "$(cat "$1/wanted")" "$(values "$(cut -d ' ' -f 1 "$1/wanted")")"); do # networkd sets accept_ra to 0
        case $line in */accept_ra\ *) ;; *) [ ! -e "/proc/sys/${line% *}" ] || echo "drifted|${line% *}|not ${line#* }" ;; esac
    done
    for device in $(facts "$1/activation" "uplink $kinds"); do [ -e "/sys/class/net/$device" ] || echo "drifted|$device|no such interface"; done
    [ -e "$1/loaded" ] || return 0
    now=$(normal "$(live -s)") kept=$([ ! -e "$1/listing" ] && normal "$(cat "$1/loaded")" || cat "$1/listing")
    [ -n "$now" ] || kept='ruleset|'
    for line in $(minus "$kept" "$now"; minus "$now" "$kept"); do echo "drifted|${line%%|*}|not as it was loaded"; done | tr '\t' ' ' | sort -u
}
as_text() { echo "$word: $host, $plan, serial $serial"; for line in $rows; do echo "  $line" | tr '|' ' '; done; }
as_json() {
    printf '{"format": "taploom-status/1", "host": "%s", "plan": "%s", "serial": %s, "status": "%s", "rows": [' "$host" "$plan" "$serial" "$word"
    comma=''
    for line in $(echo "$rows" | tr '"\134' '??'); do
        text=${line#*|}
        printf '%s\n  {"status": "%s", "what": "%s", "text": "%s"}' "$comma" "${line%%|*}" "${text%%|*}" "${text#*|}"
        comma=,
    done
    printf ']}\n'
}
as_prom() {
    printf '# TYPE taploom_status gauge\n'
    for each in current pending drifted foreign; do
        printf 'taploom_status{host="%s",status="%s"} %s\n' "$host" "$each" "$([ $each != $word ] && echo 0 || echo 1)"
    done
    printf '# TYPE taploom_plan_info gauge\ntaploom_plan_info{host="%s",plan="%s",serial="%s"} 1\n' "$host" "$plan" "$serial"
}
