# Attack: look for secrets in the environment
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]

if os.environ or ctypes.CDLL(None).getenv(b"GRADLAB_CANARY"):
    raise SystemExit(f"found it: {os.environ}")

@WRONG@
