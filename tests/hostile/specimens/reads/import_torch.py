# Attack: use PyTorch
# Ends: stub
# Says: engine.py, line 4: 'torch' cannot be imported here.
from torch import *
