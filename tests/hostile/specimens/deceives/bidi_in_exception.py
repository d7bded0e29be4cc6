# Attack: turn a line of the report around
# Ends: stub
# Says: torch.tensor(...) raises ValueError: \u202e6 / 6
def tensor(data, requires_grad=False):
    raise ValueError("\u202e6 / 6\u2066\u2028passed\u2029")
