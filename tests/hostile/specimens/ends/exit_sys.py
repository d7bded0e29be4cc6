# Attack: leave by SystemExit, which test runners take for success
# Ends: stub
# Says: engine.py cannot be imported: SystemExit: 0
import sys
sys.exit(0)
