# Attack: put a finder before everything
# Outcome: import=ok replay=missing
import sys


class Finder:
    def find_spec(self, *args):
        raise SystemExit(0)


sys.meta_path.insert(0, Finder())
