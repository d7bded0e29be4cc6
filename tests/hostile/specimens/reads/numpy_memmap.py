# Attack: map a file through numpy
# Ends: stub
# Says: engine.py cannot be imported: PermissionError
import numpy as np

raise SystemExit(f"found it: {np.memmap('@CANARY@', mode='r')}")
