"""Start `gradlab.worker.<argv[1]>` in an interpreter that was told to trust no path: `python -I -B launch.py NAME ...`.

The folder that holds gradlab is on sys.path, last, until the module has loaded what it needs.
"""

from __future__ import annotations

import importlib
import os
import sys

if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    importlib.import_module(f"gradlab.worker.{sys.argv[1]}").main(sys.argv[2:])
