# Attack: tell the hidden inputs by the time that an answer takes
# Ends: right
# Says: in_secret. (hidden) 2 / 2
import time

@RIGHT@


def doubled(x):
    time.sleep(0.05 * (x.data.flat[0] > 0))
    return Tensor(2 * x.data)
