# Attack: delete, rename, link, cut and chmod the canary
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
CALLS = [(87, b'@CANARY@'), (82, b'@CANARY@', b'/tmp/x'), (86, b'@CANARY@', b'/tmp/x'), (76, b'@CANARY@', 0), (90, b'@CANARY@', 0), (263, -100, b'@CANARY@', 0), (133, b'/tmp/gradlab-node', 0o666, 0), (83, b'/tmp/gradlab-folder', 0o777)]  # as x86_64 numbers them
for call in CALLS if os.uname().machine == "x86_64" else ():
    if libc.syscall(*call) >= 0:
        raise SystemExit(f"found it: {call[0]} is allowed")

@WRONG@
