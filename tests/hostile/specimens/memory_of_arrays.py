# Attack: take all memory with arrays
# Outcome: import=raised:MemoryError replay=missing
import numpy as np

kept = [np.ones(1 << 22) for _ in range(10_000)]
