# Attack: map shared memory past the limit
# Ends: stub
# Says: engine.py cannot be imported: OSError: [Errno 12] Cannot allocate memory
import sys

mmap = sys.modules["mmap"]

mmap.mmap(-1, 1 << 34)
