# Attack: change what the worker reads of an array
# Ends: stub
# Says: x.grad | x was never made | cannot | answer
import sys
import numpy as np

frame = sys._getframe()
while frame:
    for name, value in list(frame.f_globals.items()):
        if value is np:
            frame.f_globals[name] = None
    frame = frame.f_back
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith("gradlab.worker"):
        for name, value in list(vars(module).items()):
            if value is np:
                setattr(module, name, None)

@WRONG@
