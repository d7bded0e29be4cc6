# Attack: trace the zygote
# Outcome: import=raised:AssertionError replay=missing
import os
import sys

libc = sys.modules["ctypes"].CDLL(None)
assert libc.ptrace(16, os.getppid(), None, None) == 0
