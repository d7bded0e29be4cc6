# Attack: answer with what an earlier check was answered with
# Ends: stub
# Says: x.grad is
@WRONG@

seen = []


def doubled(x):
    seen.append(x.data)
    return Tensor(seen[0])
