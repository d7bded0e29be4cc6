# Attack: recurse past the C stack
# Outcome: import=died:signal or import=raised:RecursionError replay=missing
import sys

sys.setrecursionlimit(1 << 30)


class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")


def f(x):
    return sorted([x, x], key=f)


f(1)
