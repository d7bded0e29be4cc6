# Attack: colour the report by an exception's name
# Ends: stub
# Says: torch.tensor(...) raises 
def tensor(data, requires_grad=False):
    raise type("\x1b[32mPassed\x1b[0m\n::error::x", (Exception,), {})("all good")
