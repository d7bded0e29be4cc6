# Attack: raise an exception whose text is an attack
# Ends: stub
# Says: torch.tensor(...) raises Boom
class Boom(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


def tensor(data, requires_grad=False):
    raise Boom
