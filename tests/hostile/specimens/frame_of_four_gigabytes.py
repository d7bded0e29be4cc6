# Attack: announce an answer of 4 GB
# Outcome: import=died:malformed
import os
os.write(4, b"\xff\xff\xff\xff")
while True:
    pass
