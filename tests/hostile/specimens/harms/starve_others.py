# Attack: take the processor from others, or lower the parent's priority
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
CALLS = [(141, 0, 0, -20), (144, 0, 1, b'\1\0\0\0'), (203, 0, 128, b'\xff' * 128), (251, 1, 0, 0)]  # as x86_64 numbers them
for call in CALLS if os.uname().machine == "x86_64" else ():
    if libc.syscall(*call) >= 0:
        raise SystemExit(f"found it: {call[0]} is allowed")

@WRONG@
