"""Start `gradlab.worker.<argv[1]>` in an interpreter that was told to trust no path: `python -I -B launch.py NAME ...`.

The gradlab that this file belongs to is loaded, whatever else of that name is installed, and without a word on
sys.path: a folder in front would let what lies beside gradlab take the place of the standard library.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec

if __name__ == "__main__":
    gc.disable()  # loading makes much that lives as long as the process, and nothing to collect
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    spec = PathFinder.find_spec("gradlab", [root])
    assert spec is not None
    assert spec.loader is not None
    sys.modules["gradlab"] = package = module_from_spec(spec)
    spec.loader.exec_module(package)
    importlib.import_module(f"gradlab.worker.{sys.argv[1]}").main(sys.argv[2:])
