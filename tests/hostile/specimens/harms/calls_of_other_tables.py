# Attack: call the kernel by numbers of another architecture's table
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
CALLS = [(3, 99), (437, -100, b'@CANARY@', b'\0' * 24, 24), (439, -100, b'@CANARY@', 0, 0), (9, 0, 4096, 7, 34, -1, 0)]  # as x86_64 numbers them
for call in CALLS if os.uname().machine == "x86_64" else ():
    if libc.syscall(*call) >= 0:
        raise SystemExit(f"found it: {call[0]} is allowed")

@WRONG@
