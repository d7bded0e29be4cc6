# Attack: set the system's clock
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
CALLS = [(164, b'\0' * 16, None), (227, 0, b'\0' * 16), (159, b'\1' * 208)]  # as x86_64 numbers them
for call in CALLS if os.uname().machine == "x86_64" else ():
    if libc.syscall(*call) >= 0:
        raise SystemExit(f"found it: {call[0]} is allowed")

@WRONG@
