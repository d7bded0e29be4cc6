# Attack: write "passed" to every open descriptor
# Outcome: import=died:malformed
import os

for descriptor in range(64):
    try:
        os.write(descriptor, b'{"outcome": "passed", "score": 100}\n')
    except OSError:
        pass
