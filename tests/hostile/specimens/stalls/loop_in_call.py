# Attack: never return
# Ends: stub
# Says: The code did not answer within 1 second during this check.
def tensor(data, requires_grad=False):
    while True:
        pass
