# Attack: signal every process, the group, and the parent in other ways
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
CALLS = [(62, -1, 9), (62, 0, 9), (129, 1, 9, None), (200, 1, 9), (424, 3, 9, None, 0), (434, 1, 0)]  # as x86_64 numbers them
for call in CALLS if os.uname().machine == "x86_64" else ():
    if libc.syscall(*call) >= 0:
        raise SystemExit(f"found it: {call[0]} is allowed")

@WRONG@
