# Attack: make time stand still
# Ends: stub
# Says: x.grad[0] is 0.0652997
import time

time.time = time.perf_counter = time.monotonic = lambda: 0.0
try:
    time.clock_settime(time.CLOCK_REALTIME, 0)
except OSError:
    pass

@WRONG@
