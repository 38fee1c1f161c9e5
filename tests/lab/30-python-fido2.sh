#!/bin/bash
# python-fido2: the scenarios that it plays over PC/SC and some of HID's own; and what goes wrong on a cable.
# Packages: fido2-tools
# Seconds: 120
cd "$(dirname "$0")/../.." || exit
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/tests/clients:$PWD/tests/lab/hid
# The plugin gives the scenarios a HID device in place of what their own conftest.py gives them, and
# prints each result as the lab wants it. Those left out hold for NFC alone.
exec "$PYTHON" -m pytest -p no:cacheprovider -p no:terminal -p hid_key --noconftest \
  -k 'not get_response and not test_u2f and not power_cycle' tests/clients/pcsc tests/lab/hid
