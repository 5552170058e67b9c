"""`python -m mckconsole`."""

from __future__ import annotations

import sys

from mckconsole.cli.main import main

sys.exit(main())
