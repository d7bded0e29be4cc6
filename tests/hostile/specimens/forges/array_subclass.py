# Attack: return an ndarray subclass that equals everything
# Ends: stub
# Says: x.grad is a Tensor whose .data is a Array and no numpy array
import numpy as np


class Array(np.ndarray):
    def __eq__(self, other):
        return np.True_

    def __array_finalize__(self, other):
        pass

    def tobytes(self, *args):
        return b"passed"


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data).view(Array)
        self.grad = self

    def __mul__(self, other):
        return self

    def sum(self):
        return self

    def backward(self):
        pass


def tensor(data, requires_grad=False):
    return Tensor(data)
