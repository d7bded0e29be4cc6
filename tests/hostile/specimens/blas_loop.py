# Attack: multiply large matrices for ever
# Outcome: import=died:timeout
import numpy as np

a = np.ones((700, 700))
while True:
    a @ a
