# Attack: read the course's secret and its gradebook
# Ends: stub
# Says: x.grad[0] is 0.0652997
import os

for name in (".gradlab/secret", ".gradlab/gradebook.db", "squares/hidden.py", "engine/engine.py", "course.toml"):
    for path in ("@ROOT@/" + name, name, "../" + name):
        for read in (open, os.listdir, os.stat, os.readlink, os.scandir):
            try:
                read(path)
                raise SystemExit(f"found it: {path}")
            except OSError:
                pass

@WRONG@
