# Attack: close all descriptors and go on
# Outcome: import=died:exit
import os

for descriptor in range(5):
    os.close(descriptor)
while True:
    pass
