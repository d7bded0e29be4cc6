# Attack: read files through numpy's own C code
# Ends: stub
# Says: engine.py cannot be imported: PermissionError
import numpy as np

raise SystemExit(f"found it: {np.fromfile('@CANARY@', dtype='S1')}")
