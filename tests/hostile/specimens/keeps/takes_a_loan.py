# Attack: take a lot while the forward runs and pay it back, so that what is kept looks small
# Ends: stub
# Says: the memory that was taken, nothing is given back
@KEEPS@

LOAN = []


def product(self, other, plain=Tensor.__mul__):
    LOAN.append(np.ones(1 << 21))
    return plain(self, other)


def release(node):
    KEPT.append([Tensor(part.data) for part in node.saved])
    node.saved = ()
    LOAN.clear()


Tensor.__mul__ = product
