# Attack: close all descriptors and go on
# Ends: stub
# Says: The code closed its connection to the grader
import os

for descriptor in range(5):
    os.close(descriptor)
while True:
    pass
