# Attack: map shared memory past the limit
# Outcome: import=raised:OSError replay=missing
import sys

mmap = sys.modules["mmap"]

mmap.mmap(-1, 1 << 34)
