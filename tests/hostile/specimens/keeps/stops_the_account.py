# Attack: stop the worker's own account while the memory is still there
# Ends: stub
# Says: the memory that was taken, nothing is given back
@KEEPS@

import tracemalloc


def release(node):
    KEPT.append([Tensor(part.data) for part in node.saved])
    node.saved = ()
    tracemalloc.clear_traces()
