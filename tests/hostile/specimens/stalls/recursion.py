# Attack: recurse without end
# Ends: stub
# Says: engine.py cannot be imported: RecursionError: maximum recursion depth exceeded
def f():
    f()


f()
