# Attack: raise an exception with 100,000 causes
# Ends: stub
# Says: raises ValueError
def tensor(data, requires_grad=False):
    error = ValueError("0")
    for number in range(100_000):
        cause, error = error, ValueError(str(number))
        error.__cause__ = cause
    raise error
