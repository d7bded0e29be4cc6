# Attack: take all memory with arrays
# Ends: stub
# Says: engine.py cannot be imported: MemoryError:
import numpy as np

kept = [np.ones(1 << 22) for _ in range(10_000)]
