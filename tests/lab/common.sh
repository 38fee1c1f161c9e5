# shellcheck shell=bash
# What the shell scripts of the lab share. Sourced; gives $work, $device and the functions below.
#
# A check prints "ok NAME" or "not ok NAME: why". The lab counts those lines.
set -u
work=$(mktemp -d)
phone=
phones=0
failed=0

finish() {
  [[ -z $phone ]] || kill -KILL "$phone" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

# check NAME COMMAND...: the command succeeds. What it printed stays in $work/out.
check() {
  local name=$1 status=0
  shift
  "$@" >"$work/out" 2>&1 || status=$?
  if ((status == 0)); then
    echo "ok $name"
  else
    echo "not ok $name: status $status, $(tail -n 1 "$work/out")"
    explain
  fi
}

# refused NAME PATTERN COMMAND...: the command fails, and says why in words that match.
refused() {
  local name=$1 pattern=$2 status=0
  shift 2
  "$@" >"$work/out" 2>&1 || status=$?
  if ((status != 0)) && grep -Eq -e "$pattern" "$work/out"; then
    echo "ok $name"
  else
    echo "not ok $name: status $status, $(tail -n 1 "$work/out"); expected a failure with $pattern"
    explain
  fi
}

# Shows what the last check and the phone said, as comments.
explain() {
  failed=1
  { tail -n 8 "$work/out"; tail -n 6 "$work/phone.$phones.log"; } 2>/dev/null | cut -c1-300 | sed 's/^/#   /'
}

# typing LINE... -- COMMAND...: the command reads the lines, as if typed.
typing() {
  local lines=()
  while [[ $1 != -- ]]; do
    lines+=("$1")
    shift
  done
  shift
  printf '%s\n' "${lines[@]}" | "$@"
}

# says PATTERN COMMAND...: the command succeeds and prints what matches.
says() {
  local pattern=$1 said
  shift
  said=$("$@" 2>&1) || { echo "$said"; return 1; }
  echo "$said"
  grep -Eq -e "$pattern" <<<"$said" || { echo "nothing there matches $pattern"; return 1; }
}

# phone_start ARGUMENT...: a phone as a HID key, on the state in $work/state; its node is $device.
phone_start() {
  phones=$((phones + 1))
  local log=$work/phone.$phones.log name
  "$POCKETKEY" phone --hid --json --approve always --state "$work/state" "$@" >"$log" 2>&1 </dev/null &
  phone=$!
  for _ in {1..300}; do
    kill -0 "$phone" 2>/dev/null || break
    if grep -q '"event":"ready"' "$log"; then
      for name in /sys/class/hidraw/*; do
        device=/dev/${name##*/}
        grep -qx "HID_PHYS=pocketkey/$phone" "$name/device/uevent" 2>/dev/null && [[ -r $device ]] && return
      done
    fi
    sleep 0.1
  done
  echo "not ok the phone becomes a HID key"
  sed 's/^/#   /' "$log"
  exit 1
}

# phone_stop: the phone is unplugged.
phone_stop() {
  kill "$phone" && wait "$phone"
  phone=
}
