# Attack: answer isinstance and attribute questions as it pleases
# Ends: stub
# Says: x.grad is a function
class Meta(type):
    def __instancecheck__(cls, thing):
        return True

    def __getattr__(cls, name):
        return cls

    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return 0


class Tensor(metaclass=Meta):
    __class__ = property(lambda self: float)

    def __getattr__(self, name):
        return lambda *args, **kwargs: self

    def __mul__(self, other):
        return self


def tensor(data, requires_grad=False):
    return Tensor()
