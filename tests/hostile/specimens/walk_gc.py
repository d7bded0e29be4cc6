# Attack: look for the reference engine among all objects
# Outcome: import=ok replay=missing
import gc

for thing in gc.get_objects():
    name = getattr(thing, "__module__", None)
    if isinstance(name, str) and name.split(".")[0] in ("refgrad", "torch", "checks", "hidden"):
        print("found", name)
