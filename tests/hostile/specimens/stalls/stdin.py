# Attack: read what is on standard input
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys

if sys.stdin.read():
    raise SystemExit("found it")

@WRONG@
