#!/bin/bash
# A workspace and Chromium: the user signs in at its page with the phone over HID.
# Packages: chromium
# Seconds: 250
cd "$(dirname "$0")/../.." || exit
export PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$PWD/tests/clients:$PWD/tests/lab/hid:$PWD/tests/lab/browser:$PWD/tests/workspace
exec "$PYTHON" -m pytest -p no:cacheprovider -p no:terminal -p hid_key --noconftest tests/lab/workspace
