# Attack: answer with an array that hides its elements
# Ends: stub
# Says: x.grad
@WRONG@


def doubled(x):
    return Tensor(np.ma.masked_all(x.data.shape))


class Masked(Tensor):
    def __init__(self, data):
        self.data = data


Tensor.__init__ = lambda self, data, parents=(): self.__dict__.update(data=data, grad=None, parents=parents)
