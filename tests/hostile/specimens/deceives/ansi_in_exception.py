# Attack: clear the screen from an exception's text
# Ends: stub
# Says: torch.tensor(...) raises RuntimeError: \x1b[2J\x1b[1;32mpassed
def tensor(data, requires_grad=False):
    raise RuntimeError("\x1b[2J\x1b[1;32mpassed\x1b]0;title\x07\x9b31m")
