# Attack: send itself signals for ever
# Outcome: import=ok replay=missing
import sys

signal = sys.modules["signal"]
signal.signal(signal.SIGALRM, lambda *args: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
