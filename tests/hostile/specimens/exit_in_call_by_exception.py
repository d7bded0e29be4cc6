# Attack: leave by SystemExit while being checked
# Outcome: import=ok replay=raised:SystemExit
def tensor(data, requires_grad=False):
    raise SystemExit(0)
