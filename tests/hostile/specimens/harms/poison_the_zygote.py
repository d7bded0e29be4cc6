# Attack: change what all workers share: numpy, small numbers, interned strings
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys
import numpy as np

ctypes = sys.modules["ctypes"]
np.multiply = np.add = np.allclose = np.float64 = None
ctypes.memset(id(7) + 24, 0, 4)
sys.setrecursionlimit(50)
sys.setrecursionlimit(1000)

@WRONG@
