# Attack: answer without end
# Ends: stub
# Says: The code answered with more than the 32 MB that an answer may have
import os
while True:
    os.write(4, b"\xff" * 65536)
