#!/bin/bash
# First process of the lab's guest, in the host's root file system: starts udev, runs the job and
# tells the host how it ended. Usage: guest.sh REPOSITORY RUN
#
# Two virtio ports lead to the host: lab.output carries what the job prints, lab.status carries
# "ready", then "exit N". A port has one opener, so that the job cannot write to the second.
repository=$1 run=$2
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
export XDG_RUNTIME_DIR=/run/user/0 TERM=dumb NO_COLOR=1 POCKETKEY_LAB=guest
exec </dev/null
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
ln -sfn /proc/self/fd /dev/fd

port() {
  local name
  for name in /sys/class/virtio-ports/*/name; do
    [[ $(<"$name") == "$1" ]] && basename "$(dirname "$name")"
  done
}
exec 9>"/dev/$(port lab.status)"

# Modules that a job asks for by name are found in the kernel package that the host unpacked.
modules=$repository/target/lab/kernel/lib/modules
[[ -e /lib/modules/$(uname -r) ]] || { mkdir -p /lib/modules && ln -s "$modules/$(uname -r)" /lib/modules/; }

/lib/systemd/systemd-udevd --daemon
udevadm trigger --subsystem-match=misc --subsystem-match=hidraw --subsystem-match=bluetooth
udevadm settle --timeout=10

echo ready >&9
# Through a pipe: a port opened by name a second time (as /dev/stderr does) would be refused.
mkfifo /run/lab.output
cat /run/lab.output >"/dev/$(port lab.output)" 9>&- &
printer=$!
(cd "$repository" && exec setsid bash "$run/job.sh") >/run/lab.output 2>&1 9>&- &
wait $!
status=$?

# What the job left running would keep the pipe open.
for process in /proc/[0-9]*; do
  pid=${process#/proc/}
  [[ $pid == 1 || $pid == "$printer" ]] || [[ ! -e $process/exe ]] || kill -KILL "$pid" 2>/dev/null
done
wait "$printer"
echo "exit $status" >&9
exec 9>&-
echo o >/proc/sysrq-trigger
sleep 60
