# Attack: paint over the lines above and below
# Ends: stub
# Says: torch.tensor(...) raises ValueError: p
def tensor(data, requires_grad=False):
    raise ValueError("p" + "\u0301\u0316" * 500)
