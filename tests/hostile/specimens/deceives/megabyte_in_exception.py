# Attack: drown the report in an exception's text
# Ends: stub
# Says: torch.tensor(...) raises ValueError: passed
def tensor(data, requires_grad=False):
    raise ValueError("passed" * 1_000_000)
