# Attack: send itself signals for ever
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys

signal = sys.modules["signal"]
signal.signal(signal.SIGALRM, lambda *args: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)

@WRONG@
