# Attack: recurse without end
# Outcome: import=raised:RecursionError replay=missing
def f():
    f()


f()
