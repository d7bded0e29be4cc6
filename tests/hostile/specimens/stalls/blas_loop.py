# Attack: multiply large matrices for ever
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
import numpy as np

a = np.ones((700, 700))
while True:
    a @ a
