#!/bin/busybox sh
# First process of the lab's guest, in the initramfs: loads the modules, mounts the host's root file
# system (read-only, over 9p) under an overlay in memory, and hands over to guest.sh there.
# lab.conf, beside this file, says where the repository and the run's folder are.
export PATH=/bin
busybox mkdir -p /proc /sys /dev /lower /upper /sysroot
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev

# A dead guest must not wait for the host's time limit.
fail() { echo "lab: $*" >/dev/console; busybox poweroff -f; }

for module in /modules/*; do
  busybox insmod "$module" || fail "insmod $module"
done

# The host may not change what the guest has read: caching without revalidation is safe and much faster.
busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose root /lower || fail "mount 9p"
busybox mount -t tmpfs -o mode=755,size=75% tmpfs /upper
busybox mkdir /upper/data /upper/work
busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /sysroot ||
  fail "mount overlay"

busybox mount --move /proc /sysroot/proc
busybox mount --move /sys /sysroot/sys
busybox mount --move /dev /sysroot/dev
busybox mkdir -p /sysroot/dev/pts /sysroot/dev/shm
busybox mount -t devpts -o mode=620,ptmxmode=666 devpts /sysroot/dev/pts
busybox mount -t tmpfs -o mode=1777 tmpfs /sysroot/dev/shm
busybox mount -t tmpfs -o mode=755 tmpfs /sysroot/run
busybox ip link set lo up
busybox hostname lab

. /lab.conf
exec busybox switch_root /sysroot /bin/bash "$REPOSITORY/xtask/src/lab/guest.sh" "$REPOSITORY" "$RUN"
