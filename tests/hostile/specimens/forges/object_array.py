# Attack: answer with an array of objects that equal everything
# Ends: stub
# Says: x.grad
@WRONG@


class Equal(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __hash__ = None


def doubled(x):
    return Tensor(np.full(x.data.shape, Equal(1.0), dtype=object))
