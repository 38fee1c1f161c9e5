#!/bin/bash
# libfido2's tools: PIN, credentials of every kind, extensions, management, configuration, reset.
# Packages: fido2-tools openssl
# Seconds: 45
. "$(dirname "$0")/common.sh"

hash=$(head -c 32 /dev/urandom | base64 -w0)
salt=$(head -c 32 /dev/urandom | base64 -w0)

# make OUTPUT RP USER OPTION... -- [TYPE]: a credential in the tool's format. PIN lines on stdin.
make() {
  local output=$1 rp=$2 user=$3 options=()
  shift 3
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  printf '%s\n' "$hash" "$rp" "$user" "$(printf %s "$user" | base64)" >"$work/request"
  fido2-cred -M "${options[@]}" -i "$work/request" -o "$work/$output" "$device" "$@" || return
  # The large blob key comes last; -V would take it for a certificate.
  if [[ " ${options[*]} " == *" -b "* ]]; then
    tail -n 1 "$work/$output" >"$work/$output.blobkey"
    sed -i '$d' "$work/$output"
  fi
}

# proves FILE OPTION... -- [TYPE]: the attestation holds; leaves FILE.id and FILE.pem.
proves() {
  local file=$work/$1 options=()
  shift
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  fido2-cred -V "${options[@]}" -i "$file" -o "$file.verified" "$@" || return
  head -n 1 "$file.verified" >"$file.id"
  tail -n +2 "$file.verified" >"$file.pem"
}

# sign FILE RP OPTION...: an assertion by the credential, or a discoverable one if the options have -r.
sign() {
  local file=$work/$1 rp=$2
  shift 2
  {
    printf '%s\n' "$hash" "$rp"
    [[ " $* " == *" -r "* ]] || cat "$file.id"
    [[ " $* " != *" -h "* ]] || echo "$salt"
  } >"$work/request"
  # The tool does not shorten a file that it writes over.
  rm -f "$file.assertion"
  fido2-assert -G "$@" -i "$work/request" -o "$file.assertion" "$device"
}

# signed FILE OPTION... -- [TYPE]: the assertion holds.
signed() {
  local file=$work/$1 options=()
  shift
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  fido2-assert -V "${options[@]}" -i "$file.assertion" "$file.pem" "$@"
}

# ------------------------------------------------------------------------- a phone without own UV
phone_start --verify none

check "udev knows a FIDO token" says ID_FIDO_TOKEN=1 udevadm info --query=property "$device"
check "fido2-token -L lists the phone" says "^$device:" fido2-token -L
check "fido2-token -I tells versions" says 'version strings: .*FIDO_2_1' fido2-token -I "$device"
check "fido2-token -I tells extensions" says 'extension strings: .*hmac-secret' fido2-token -I "$device"
check "no PIN yet" says 'options:.*noclientPin' fido2-token -I "$device"

check "fido2-token -S sets a PIN" typing 1234 1234 -- fido2-token -S "$device"
check "the PIN is set" says 'options:.*[ ,]clientPin' fido2-token -I "$device"
refused "a wrong PIN is refused" FIDO_ERR_PIN_INVALID typing 9999 -- fido2-token -L -r "$device"
check "a wrong PIN costs one try" says 'pin retries: 7' fido2-token -I "$device"
check "fido2-token -C changes the PIN" typing 1234 56789 56789 -- fido2-token -C "$device"
refused "the old PIN is refused" FIDO_ERR_PIN_INVALID typing 1234 -- fido2-token -L -r "$device"
check "the new PIN is accepted" typing 56789 -- fido2-token -I -c "$device"
check "the right PIN gives the tries back" says 'pin retries: 8' fido2-token -I "$device"
refused "a PIN of three is refused" 'FIDO_ERR|invalid|length' \
  typing 56789 123 123 -- fido2-token -C "$device"

for type in es256 eddsa; do
  check "fido2-cred -M $type" make "plain-$type" lab.example alice -- "$type"
  check "fido2-cred -V $type" proves "plain-$type" -- "$type"
  check "fido2-assert -G $type" sign "plain-$type" lab.example
  check "fido2-assert -V $type" signed "plain-$type" -- "$type"
  check "fido2-assert -G -p $type" sign "plain-$type" lab.example -p
  check "fido2-assert -V -p $type" signed "plain-$type" -p -- "$type"

  check "fido2-cred -M -r -v $type with PIN" \
    typing 56789 -- make "key-$type" "$type.example" bob -r -v -h -b -c 2 -- "$type"
  check "fido2-cred -V -v -h -c 2 $type" proves "key-$type" -v -h -c 2 -- "$type"
  check "fido2-assert -G -v $type with PIN" typing 56789 -- sign "key-$type" "$type.example" -v
  check "fido2-assert -V -v $type" signed "key-$type" -v -- "$type"
  check "fido2-assert -G -r -v $type finds it by itself" \
    typing 56789 -- sign "key-$type" "$type.example" -r -v
  check "fido2-assert -V of it" signed "key-$type" -v -- "$type"
done
refused "another site's credential is not found" FIDO_ERR_NO_CREDENTIALS \
  sign plain-es256 other.example -p

check "fido2-assert -G -h" typing 56789 -- sign key-es256 es256.example -v -h
secret=$(tail -n 1 "$work/key-es256.assertion" 2>/dev/null)
check "fido2-assert -V -h" signed key-es256 -v -h -- es256
check "fido2-assert -G -h again" typing 56789 -- sign key-es256 es256.example -v -h
check "hmac-secret is the same for one salt" \
  test -n "$secret" -a "$secret" = "$(tail -n 1 "$work/key-es256.assertion" 2>/dev/null)"
salt=$(head -c 32 /dev/urandom | base64 -w0)
check "fido2-assert -G -h, another salt" typing 56789 -- sign key-es256 es256.example -v -h
check "hmac-secret differs for another salt" \
  test "$secret" != "$(tail -n 1 "$work/key-es256.assertion" 2>/dev/null)"

check "fido2-assert -G -b" typing 56789 -- sign key-es256 es256.example -v -b
check "the large blob key is the same" \
  cmp "$work/key-es256.blobkey" <(tail -n 1 "$work/key-es256.assertion")
printf 'a large blob, repeated: %.0s' {1..40} >"$work/blob"
check "fido2-token -S -b" typing 56789 -- fido2-token -S -b -k "$work/key-es256.blobkey" "$work/blob" "$device"
check "fido2-token -G -b" fido2-token -G -b -k "$work/key-es256.blobkey" "$work/blob.read" "$device"
check "the large blob is what was written" cmp "$work/blob" "$work/blob.read"
# (Of whom it is, libfido2 1.12 cannot tell with any key.)
check "fido2-token -L -b lists it" says ' 960 ' typing 56789 -- fido2-token -L -b "$device"
check "fido2-token -D -b" typing 56789 -- fido2-token -D -b -k "$work/key-es256.blobkey" "$device"
refused "a deleted large blob is gone" 'FIDO_ERR|fido_dev' \
  fido2-token -G -b -k "$work/key-es256.blobkey" "$work/blob.none" "$device"

check "fido2-token -L -r lists both sites" says eddsa.example typing 56789 -- fido2-token -L -r "$device"
check "fido2-token -L -k lists a site's account" says Ym9i typing 56789 -- fido2-token -L -k es256.example "$device"
check "fido2-token -I -c counts" says 'existing rk\(s\): 2' typing 56789 -- fido2-token -I -c "$device"
check "fido2-token -I -k -i tells a credential" says "BEGIN PUBLIC KEY" \
  typing 56789 -- fido2-token -I -k es256.example -i "$(cat "$work/key-es256.id")" "$device"
check "fido2-token -S -c renames an account" typing 56789 -- fido2-token -S -c \
  -i "$(cat "$work/key-es256.id")" -k "$(printf bob | base64)" -n robert -p Robert "$device"
check "the account has its new name" says Robert typing 56789 -- fido2-token -L -k es256.example "$device"
check "fido2-token -D -i deletes a credential" \
  typing 56789 -- fido2-token -D -i "$(cat "$work/key-es256.id")" "$device"
check "it is deleted" says 'existing rk\(s\): 1' typing 56789 -- fido2-token -I -c "$device"
refused "a deleted credential does not sign" FIDO_ERR_NO_CREDENTIALS \
  typing 56789 -- sign key-es256 es256.example -v

check "fido2-token -S -u wants UV always" typing 56789 -- fido2-token -S -u "$device"
check "UV is wanted always" says '[ ,]alwaysUv' fido2-token -I "$device"
check "fido2-token -D -u ends it" typing 56789 -- fido2-token -D -u "$device"
check "fido2-token -S -m sets RP IDs" typing 56789 -- fido2-token -S -m lab.example "$device"
check "fido2-token -S -f forces a change of PIN" typing 56789 -- fido2-token -S -f "$device"
check "the PIN must change" says 'pin change required: true' fido2-token -I "$device"
refused "until then it opens nothing" FIDO_ERR_PIN typing 56789 -- fido2-token -L -r "$device"
check "fido2-token -C to another PIN" typing 56789 0123456 0123456 -- fido2-token -C "$device"
check "fido2-token -S -l wants longer PINs" typing 0123456 -- fido2-token -S -l 8 "$device"
check "longer PINs are wanted" says 'minpinlen: 8' fido2-token -I "$device"

check "the phone is unplugged and plugged in" phone_stop
phone_start --verify none
check "credentials outlast it" sign plain-eddsa lab.example -p
check "fido2-token -R resets" fido2-token -R "$device"
check "no PIN after a reset" says 'options:.*noclientPin' fido2-token -I "$device"
refused "no credential after a reset" FIDO_ERR_NO_CREDENTIALS sign plain-eddsa lab.example -p

check "fido2-cred -M -u (U2F)" make u2f lab.example carol -u -- es256
check "fido2-cred -V (U2F)" proves u2f -- es256
check "fido2-assert -G -u (U2F)" sign u2f lab.example -u -p
check "fido2-assert -V (U2F)" signed u2f -p -- es256
phone_stop

# ------------------------------------------------------------------ a phone with certified keys
phone_start --verify none --attestation --enterprise-rp-id lab.example
check "a PIN for enterprise attestation" typing 1234 1234 -- fido2-token -S "$device"
check "fido2-token -S -a allows enterprise attestation" typing 1234 -- fido2-token -S -a "$device"
check "it is allowed" says 'options:.*[ ,]ep' fido2-token -I "$device"
for type in es256 eddsa; do
  check "fido2-cred -M $type with a certificate" make "certified-$type" lab.example erin -- "$type"
  check "fido2-cred -V $type by the certificate" proves "certified-$type" -- "$type"
done
phone_stop
rm -rf "$work/state"

# ---------------------------------------------------------------------------- a phone with own UV
phone_start --verify pass
check "fido2-token -I tells UV" says 'options:.*[ ,]uv' fido2-token -I "$device"
for type in es256 eddsa; do
  check "fido2-cred -M -r -v $type by own UV" make "uv-$type" uv.example "dave-$type" -r -v -c 3 -- "$type"
  check "fido2-cred -V -v -c 3 $type" proves "uv-$type" -v -c 3 -- "$type"
  # Here, -v would ask for a PIN.
  check "fido2-assert -G -t uv=true $type by own UV" sign "uv-$type" uv.example -t uv=true
  check "fido2-assert -V -v $type by own UV" signed "uv-$type" -v -- "$type"
done
refused "credProtect 3 hides it without UV" FIDO_ERR_NO_CREDENTIALS sign uv-es256 uv.example -p
phone_stop

phone_start --verify fail
refused "a UV that fails signs nothing" FIDO_ERR sign uv-es256 uv.example -t uv=true
phone_stop

exit $failed
