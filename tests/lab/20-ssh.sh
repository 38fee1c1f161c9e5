#!/bin/bash
# OpenSSH: keys of both types, discoverable ones, signatures, a login to a server of our own.
# Packages: fido2-tools openssh-client openssh-server
# Seconds: 85
. "$(dirname "$0")/common.sh"

# OpenSSH asks this program for the PIN; what it only announces ("touch it") needs no answer.
cat >"$work/askpass" <<'SCRIPT'
#!/bin/sh
case "$*" in *PIN*) echo 135790 ;; esac
SCRIPT
chmod +x "$work/askpass"
export SSH_ASKPASS=$work/askpass SSH_ASKPASS_REQUIRE=force
export HOME=$work/home
mkdir -m 700 "$HOME" "$work/loaded"
echo "a message" >"$work/message"

keygen() { ssh-keygen -q -N '' "$@"; }

# signs KEY: the signature is made, and verifies with the public half alone.
signs() {
  rm -f "$work/message.sig"
  ssh-keygen -q -Y sign -f "$work/$1" -n lab "$work/message" || return
  echo "lab $(cat "$work/$1.pub")" >"$work/signers"
  ssh-keygen -Y verify -f "$work/signers" -I lab -n lab -s "$work/message.sig" <"$work/message"
}

logs_in() {
  ssh -i "$work/$1" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile="$work/hosts" \
    -o BatchMode=no -p 2222 "$(id -un)@127.0.0.1" echo signed in as "$1"
}

phone_start --verify none
for type in ecdsa-sk ed25519-sk; do
  check "ssh-keygen -t $type" keygen -t "$type" -f "$work/$type"
  check "ssh-keygen -Y sign and verify, $type" signs "$type"
done

check "a PIN for the phone" typing 135790 135790 -- fido2-token -S "$device"
for type in ecdsa-sk ed25519-sk; do
  check "ssh-keygen -t $type -O resident" keygen -t "$type" -O resident -O "application=ssh:$type" -f "$work/r-$type"
  check "ssh-keygen -Y sign and verify, resident $type" signs "r-$type"
  check "ssh-keygen -t $type -O resident -O verify-required" keygen -t "$type" -O resident \
    -O verify-required -O "application=ssh:uv-$type" -f "$work/v-$type"
  check "ssh-keygen -Y sign and verify with verify-required, $type" signs "v-$type"
done

load() { (cd "$work/loaded" && ssh-keygen -K -N '') && ls "$work/loaded"; }
check "ssh-keygen -K" says id_ed25519_sk_rk load
check "ssh-keygen -K loads all four" test "$(find "$work/loaded" -name '*.pub' | wc -l)" = 4
for type in ecdsa-sk ed25519-sk; do
  cp "$work/loaded/id_${type/-/_}_rk_$type" "$work/loaded-$type" 2>/dev/null
  cp "$work/loaded/id_${type/-/_}_rk_$type.pub" "$work/loaded-$type.pub" 2>/dev/null
  check "a loaded key signs, $type" signs "loaded-$type"
  check "it is the key that was made, $type" cmp \
    <(cut -d' ' -f2 "$work/r-$type.pub") <(cut -d' ' -f2 "$work/loaded-$type.pub")
done

# A server of our own, whose host key is an ordinary one.
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
cat "$work"/{ecdsa-sk,ed25519-sk}.pub >"$work/authorized"
sed 's/^/verify-required /' "$work"/v-*.pub >>"$work/authorized"
mkdir -p /run/sshd
"$(command -v sshd || echo /usr/sbin/sshd)" -D -e -p 2222 -f /dev/null -h "$work/host" -o ListenAddress=127.0.0.1 \
  -o UsePAM=no -o StrictModes=no -o PidFile=none -o PermitRootLogin=yes \
  -o AuthorizedKeysFile="$work/authorized" >"$work/sshd.log" 2>&1 &
sshd=$!
for _ in {1..100}; do
  grep -q 'Server listening' "$work/sshd.log" && break
  sleep 0.1
done
for key in ecdsa-sk ed25519-sk v-ecdsa-sk v-ed25519-sk; do
  check "ssh logs in with $key" says 'signed in' logs_in "$key"
done
refused "ssh does not log in with a key that the server does not know" 'Permission denied' logs_in r-ecdsa-sk
phone_stop
refused "ssh does not log in without the phone" 'Permission denied' logs_in ecdsa-sk

# A phone that verifies its owner itself needs no PIN. (ssh-keygen -Y sign of OpenSSH 9 asks for one
# before it tries, and fails on a phone without; ssh tries first.)
rm -rf "$work/state"
phone_start --verify pass
for type in ecdsa-sk ed25519-sk; do
  check "ssh-keygen -O verify-required by own UV, $type" keygen -t "$type" -O verify-required -f "$work/uv-$type"
  sed 's/^/verify-required /' "$work/uv-$type.pub" >>"$work/authorized"
  check "ssh logs in by own UV, $type" says 'signed in' logs_in "uv-$type"
done
phone_stop
kill "$sshd"

exit $failed
