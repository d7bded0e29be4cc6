# Attack: run code when the grader lets go of an object
# Ends: stub
# Says: x.grad is None
import os


class Tensor:
    grad = None

    def __mul__(self, other):
        return self

    def sum(self):
        return self

    def backward(self):
        pass

    def __del__(self):
        os.write(1, b"gone")


def tensor(data, requires_grad=False):
    return Tensor()
