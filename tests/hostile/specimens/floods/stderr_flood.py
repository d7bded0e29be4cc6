# Attack: print without end to standard error
# Ends: stub
# Says: The code printed without end while engine.py was imported.
import sys

while True:
    sys.stderr.write("x" * 65536)
