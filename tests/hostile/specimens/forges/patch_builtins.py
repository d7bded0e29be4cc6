# Attack: change len, isinstance and open
# Ends: stub
# Says: The code answered before it was asked while engine.py was imported.
import builtins

builtins.len = lambda thing: 0
builtins.isinstance = lambda thing, kind: True
builtins.open = print
