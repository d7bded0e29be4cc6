# Attack: break the encoder with half a character
# Ends: stub
# Says: torch.tensor(...) raises ValueError: 
def tensor(data, requires_grad=False):
    raise ValueError("\ud800\udfff\U0010ffff")
