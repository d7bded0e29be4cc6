# Attack: answer with what an earlier check was answered with
# Ends: stub
# Says: x.grad differs from the reference
@WRONG@

seen = []


def doubled(x):
    seen.append(x.data)
    return Tensor(seen[0])
