# Attack: answer with no elements, all of which are right
# Ends: stub
# Says: x.grad
@WRONG@


def doubled(x):
    return Tensor(np.zeros((0, *x.data.shape)))
