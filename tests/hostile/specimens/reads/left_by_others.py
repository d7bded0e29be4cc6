# Attack: search the own memory for what other submissions left
# Ends: stub
# Says: x.grad[0] is 0.0652997
import gc
import sys

for thing in gc.get_objects():
    if isinstance(thing, dict) and "doubled" in thing and thing is not globals():
        raise SystemExit("found it")
if "engine" in sys.modules and sys.modules["engine"].__dict__ is not globals():
    raise SystemExit("found it")

@WRONG@
