# Attack: look for the reference engine among all objects
# Ends: stub
# Says: x.grad[0] is 0.0652997
import gc

for thing in gc.get_objects():
    name = getattr(thing, "__module__", None)
    if isinstance(name, str) and name.split(".")[0] in ("refgrad", "torch", "checks", "hidden"):
        raise SystemExit(f"found it: {name}")

@WRONG@
