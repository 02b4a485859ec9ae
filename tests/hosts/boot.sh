#!/bin/sh
# Usage: boot.sh STATE LOWER NAME CAPABILITIES, in new namespaces of every kind except user. The script becomes process
# 1 of a test host. Its mounts separate host and machine: /dev has none of the machine's devices, /proc/sys is writable
# only below `net`, and /sys is read-only (so networkd does not wait for udev, and nothing triggers device events). The
# script starts systemd when it reads a line from standard input; the caller plugs in the network cards before that.
set -eu
state=$1 lower=$2 name=$3 capabilities=$4
root=$state/root
mount --make-rprivate /
mount -t overlay -o "lowerdir=$lower,upperdir=$state/upper,workdir=$state/work" overlay "$root"
cd "$root"
mount -t proc proc proc
for part in proc/sys/* proc/irq proc/bus proc/sysrq-trigger; do
  if [ -e "$part" ] && [ "$part" != proc/sys/net ]; then
    mount --bind "$part" "$part"
    mount -o remount,bind,ro "$part"
  fi
done
# With br_netfilter, bridged frames pass the forward chains of each new network namespace by default: switch this off.
for setting in proc/sys/net/bridge/bridge-nf-call-*; do if [ -e "$setting" ]; then echo 0 >"$setting"; fi; done
mount -t tmpfs -o mode=755 tmpfs run
cat /proc/sys/kernel/random/uuid >run/boot_id
mount --bind run/boot_id proc/sys/kernel/random/boot_id
rm run/boot_id
mount -t sysfs -o ro sysfs sys
if [ -d sys/fs/cgroup ]; then mount -t cgroup2 cgroup2 sys/fs/cgroup; fi
mount -t tmpfs -o mode=755 tmpfs dev
while read -r device major minor; do mknod -m 666 "dev/$device" c "$major" "$minor"; done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
END
mkdir dev/pts dev/shm dev/net
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
if [ -c /dev/net/tun ]; then mknod -m 666 dev/net/tun c 10 200; fi
hostname "$name"
echo ready
read -r _
pivot_root . .old
umount -l /.old
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set "$capabilities" /lib/systemd/systemd --system --show-status=true >/dev/null 2>/.console </dev/null
