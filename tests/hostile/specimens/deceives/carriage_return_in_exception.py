# Attack: write over a line of the report
# Ends: stub
# Says: torch.tensor(...) raises ValueError: failed\x0d
def tensor(data, requires_grad=False):
    raise ValueError("failed\rpassed   \x08\x08\x7f")
