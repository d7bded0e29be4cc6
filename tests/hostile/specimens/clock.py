# Attack: make time stand still
# Outcome: import=ok replay=missing
import time

time.time = time.perf_counter = time.monotonic = lambda: 0.0
try:
    time.clock_settime(time.CLOCK_REALTIME, 0)
except OSError:
    pass
