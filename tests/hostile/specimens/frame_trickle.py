# Attack: answer one byte at a time, for ever
# Outcome: import=died:timeout
import os
import time

os.write(4, b"\x00\x00\x10\x00")
while True:
    os.write(4, b"x")
    time.sleep(0.02)
