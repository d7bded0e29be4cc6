# Attack: use the reference engine
# Ends: stub
# Says: engine.py, line 4: 'refgrad' cannot be imported here.
from refgrad import *
