# Attack: change len, isinstance and open
# Outcome: import=died:malformed
import builtins

builtins.len = lambda thing: 0
builtins.isinstance = lambda thing, kind: True
builtins.open = print
