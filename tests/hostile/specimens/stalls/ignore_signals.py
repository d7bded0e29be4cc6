# Attack: ignore every signal and burn the processor
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
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
