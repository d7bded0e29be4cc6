# Attack: read what is on standard input
# Ends: stub
# Says: x.grad is [0.0652997
import sys

if sys.stdin.read():
    raise SystemExit("found it")

@WRONG@
