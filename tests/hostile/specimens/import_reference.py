# Attack: use the reference engine
# Outcome: import=raised:ModuleNotFoundError replay=missing
from refgrad import *
