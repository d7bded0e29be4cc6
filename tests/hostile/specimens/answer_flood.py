# Attack: answer without end
# Outcome: import=died:malformed
import os
while True:
    os.write(4, b"\xff" * 65536)
