# Attack: swap the descriptors for answers and output
# Ends: stub
# Says: engine.py cannot be imported: PermissionError
import os

spare = os.dup(4)
os.dup2(1, 4)
os.dup2(spare, 1)
print("passed")

@WRONG@
