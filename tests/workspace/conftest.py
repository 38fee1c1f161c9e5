"""Tests of a running workspace from outside."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
