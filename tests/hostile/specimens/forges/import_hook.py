# Attack: put a finder before everything
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys


class Finder:
    def find_spec(self, *args):
        raise SystemExit(0)


sys.meta_path.insert(0, Finder())

@WRONG@
