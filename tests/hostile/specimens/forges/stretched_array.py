# Attack: answer with an array of 2**45 elements in eight bytes
# Ends: stub
# Says: x.grad | memory | bytes
@WRONG@


def doubled(x):
    return Tensor(np.broadcast_to(np.float64(0.0), (1 << 45,)))
