# Attack: fork without end
# Outcome: import=raised:PermissionError replay=missing
import os

while True:
    os.fork()
