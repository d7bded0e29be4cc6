# Attack: put commands into a dtype's names
# Ends: stub
# Says: x.grad
import numpy as np


class Tensor:
    data = np.zeros(5, [("\x1b[2J\n::error::", "f8")])
    __mul__ = lambda a, b: a
    sum = lambda a: a
    backward = lambda a: None
    grad = property(lambda a: a)


def tensor(data, requires_grad=False):
    return Tensor()
