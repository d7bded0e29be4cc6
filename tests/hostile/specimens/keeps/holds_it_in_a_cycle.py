# Attack: leave what was saved to the collector, which is off
# Ends: stub
# Says: the memory that was taken, nothing is given back
@KEEPS@

def release(node):
    cycle = [node.saved]
    cycle.append(cycle)
    node.saved = ()


KEPT = None
