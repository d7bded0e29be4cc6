# Attack: return objects that equal everything
# Ends: stub
# Says: x.grad is a Tensor whose .data is a Tensor and no numpy array
class Tensor:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __mul__(self, other):
        return self

    __hash__ = None


def tensor(data, requires_grad=False):
    return Tensor()
