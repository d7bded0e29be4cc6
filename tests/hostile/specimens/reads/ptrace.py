# Attack: trace the zygote
# Ends: stub
# Says: engine.py cannot be imported: AssertionError:
import os
import sys

libc = sys.modules["ctypes"].CDLL(None)
assert libc.ptrace(16, os.getppid(), None, None) == 0
