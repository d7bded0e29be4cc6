# Attack: read what is on standard input
# Outcome: import=ok replay=missing
import sys

print(repr(sys.stdin.read()))
