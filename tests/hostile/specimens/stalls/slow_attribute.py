# Attack: take for ever to give an attribute
# Ends: stub
# Says: did not answer within
@WRONG@


class Slow(Tensor):
    def __getattribute__(self, name):
        while name == "data":
            pass
        return object.__getattribute__(self, name)


def doubled(x):
    return Slow(0.0)
