# Attack: answer with NaN, which compares as nothing else does
# Ends: stub
# Says: x.grad differs from the reference
@WRONG@


def doubled(x):
    return Tensor(np.full(x.data.shape, np.nan))
