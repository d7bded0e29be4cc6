# Attack: end the first worker, then stall the second
# Ends: stub
# Says: did not answer within
import time

time.sleep(0.6)


def tensor(data, requires_grad=False):
    time.sleep(10)
