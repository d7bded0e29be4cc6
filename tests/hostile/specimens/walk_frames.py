# Attack: look for expected values in the frames
# Outcome: import=ok replay=missing
import sys

frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if "expected" in name or "solution" in name or "secret" in name:
            print("found", name, value)
    frame = frame.f_back
