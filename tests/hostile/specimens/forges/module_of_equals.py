# Attack: be a module whose every attribute equals everything
# Ends: stub
# Says: x.grad | torch.tensor
import sys


class Everything:
    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    __eq__ = __ne__ = __lt__ = __ge__ = lambda self, other: True
    __bool__ = lambda self: True
    __hash__ = lambda self: 0
    __mul__ = __call__


sys.modules["engine"] = sys.modules[__name__] = Everything()
tensor = Everything()
