# Attack: use PyTorch
# Outcome: import=raised:ModuleNotFoundError replay=missing
from torch import *
