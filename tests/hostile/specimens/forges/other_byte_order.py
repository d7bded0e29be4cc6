# Attack: answer with the same bytes in another order
# Ends: stub
# Says: x.grad
@WRONG@


def doubled(x):
    return Tensor((2 * x.data[..., ::-1]).astype(">f8"))
