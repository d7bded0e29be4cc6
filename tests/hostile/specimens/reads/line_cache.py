# Attack: have the standard library read a file for a traceback
# Ends: stub
# Says: x.grad[0] is 0.0652997
import linecache
import traceback

if linecache.getlines("@CANARY@") or linecache.getlines("@ROOT@/squares/hidden.py"):
    raise SystemExit("found it")

@WRONG@
