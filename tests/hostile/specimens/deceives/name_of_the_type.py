# Attack: put commands into a type's name
# Ends: stub
# Says: x.grad is a
Type = type("\x1b[2J\n::warning::Tensor\n", (), {"__mul__": lambda a, b: a, "sum": lambda a: a, "backward": lambda a: None})
Type.grad = Type()


def tensor(data, requires_grad=False):
    return Type()
