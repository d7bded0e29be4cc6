# Attack: announce an answer of 4 GB
# Ends: stub
# Says: The code answered with more than the 32 MB that an answer may have
import os
os.write(4, b"\xff\xff\xff\xff")
while True:
    pass
