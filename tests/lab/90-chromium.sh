#!/bin/bash
# Chromium: registers and signs in at a page, over the HID key. python-fido2's server judges its answers.
# Packages: chromium
# Seconds: 260
cd "$(dirname "$0")/../.." || exit
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$PWD/tests/clients:$PWD/tests/lab/hid:$PWD/tests/lab/browser
exec "$PYTHON" -m pytest -p no:cacheprovider -p no:terminal -p hid_key -p phones --noconftest tests/lab/browser/test_chromium.py
