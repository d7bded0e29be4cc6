# Attack: call the kernel by the numbers of the x32 interface
# Ends: stub
# Says: The code ended with signal SIGSYS | Operation not permitted
import sys

sys.modules["ctypes"].CDLL(None).syscall(0x40000000 + 2, b"@CANARY@", 0)
