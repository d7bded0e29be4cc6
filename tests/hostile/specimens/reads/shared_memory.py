# Attack: share memory with others, past the limit
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
import sys

mmap = sys.modules["mmap"]

mmap.mmap(-1, 1 << 34)
