# Attack: answer one byte at a time, for ever
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
import os
import time

os.write(4, b"\x00\x00\x10\x00")
while True:
    os.write(4, b"x")
    time.sleep(0.02)
