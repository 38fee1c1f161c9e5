#!/bin/bash
# Programs of a Linux desktop: PAM, disk encryption, git.
# Packages: fido2-tools libpam-u2f pamu2fcfg pamtester cryptsetup-bin git openssh-client
# Seconds: 25
. "$(dirname "$0")/common.sh"
export HOME=$work/home
mkdir -m 700 "$HOME"

# ------------------------------------------------------------------------------------------- PAM
# enrols FILE OPTION...: a line for pam_u2f's file.
enrols() {
  local file=$work/$1
  shift
  pamu2fcfg -u root -o pam://lab -i pam://lab "$@" >"$file"
}

# opens FILE OPTION...: pam_u2f lets the user in with the line in that file.
opens() {
  local file=$work/$1
  shift
  mkdir -p "$work/pam"
  echo "auth required pam_u2f.so debug origin=pam://lab appid=pam://lab authfile=$file $*" >/etc/pam.d/pocketkey-lab
  pamtester pocketkey-lab root authenticate
}

# pamu2fcfg of pam-u2f 1.1 takes no credential that attests itself.
phone_start --verify none --attestation
check "pamu2fcfg" enrols pam
check "pam_u2f lets the user in" opens pam
check "pamu2fcfg -r" enrols pam-resident -r
check "pam_u2f lets a discoverable one in" opens pam-resident
check "a PIN for the phone" typing 135790 135790 -- fido2-token -S "$device"
check "pamu2fcfg -N" typing 135790 -- enrols pam-pin -N
check "pam_u2f asks for the PIN" typing 135790 -- opens pam-pin pinverification=1
refused "pam_u2f with a wrong PIN" 'failure' typing 1111 -- opens pam-pin pinverification=1
phone_stop
refused "pam_u2f without the phone" 'failure' opens pam
rm -rf "$work/state"

phone_start --verify pass --attestation
check "pamu2fcfg -V by own UV" enrols pam-uv -V
check "pam_u2f verifies by own UV" opens pam-uv userverification=1
phone_stop
rm -rf "$work/state"

# ------------------------------------------------------------------------------- disk encryption
export PASSWORD=a-password
disk() {
  truncate -s 20M "$work/disk"
  printf %s "$PASSWORD" | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
    "$work/disk" -
}
enrol_disk() { systemd-cryptenroll --fido2-device="$device" "$@" "$work/disk"; }
# It may say nothing about it.
stays_closed() { ! unlock_disk; }
unlock_disk() { cryptsetup open --test-passphrase --token-only "$@" "$work/disk"; }

phone_start --verify none
check "an encrypted disk" disk
check "systemd-cryptenroll lists the phone" says "$device" systemd-cryptenroll --fido2-device=list
# With a PIN, systemd 252 enrols a secret that no PIN gives (its issue 31443) unless the key always verifies.
check "systemd-cryptenroll without a PIN" enrol_disk --fido2-with-client-pin=no
check "the disk has a token" says systemd-fido2 cryptsetup luksDump "$work/disk"
check "the phone opens the disk" unlock_disk
phone_stop
check "without the phone it stays closed" stays_closed
rm -rf "$work/state"

# ------------------------------------------------------------------------------------------- git
phone_start --verify none
commits() {
  ssh-keygen -q -t ed25519-sk -N '' -f "$work/git-key" &&
    git init -q "$work/repository" && cd "$work/repository" || return
  git config user.name Lab && git config user.email lab@example.org && git config gpg.format ssh
  git config user.signingkey "$work/git-key.pub" && git config gpg.ssh.allowedSignersFile "$work/signers"
  echo "lab@example.org $(cat "$work/git-key.pub")" >"$work/signers"
  git commit -q --allow-empty -S -m signed && git verify-commit HEAD
}
check "git signs a commit" commits
phone_stop

exit $failed
