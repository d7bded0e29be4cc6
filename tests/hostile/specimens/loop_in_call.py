# Attack: never return
# Outcome: import=ok replay=died:timeout
def tensor(data, requires_grad=False):
    while True:
        pass
