# Attack: tell the hidden inputs by printing them
# Ends: right
# Says: in_secret. (hidden) 2 / 2
@RIGHT@


def doubled(x):
    print("found it:", x.data)
    return Tensor(2 * x.data)
