# Attack: leave by SystemExit while being checked
# Ends: stub
# Says: torch.tensor(...) raises SystemExit
def tensor(data, requires_grad=False):
    raise SystemExit(0)
