# Attack: print without end to standard error
# Outcome: import=died:output
import sys

while True:
    sys.stderr.write("x" * 65536)
