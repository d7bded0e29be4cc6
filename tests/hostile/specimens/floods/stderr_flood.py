# Attack: print without end to standard error
# Ends: stub
# Says: The code printed without end; 16 KB are taken, and far more was printed while engine.py was imported.
import sys

while True:
    sys.stderr.write("x" * 65536)
