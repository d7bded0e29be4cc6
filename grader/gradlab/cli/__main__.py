"""`python -m gradlab.cli` is `grade`."""

from __future__ import annotations

import sys

from gradlab.cli import main

sys.exit(main())
