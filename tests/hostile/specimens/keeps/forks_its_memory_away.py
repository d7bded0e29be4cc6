# Attack: leave what was saved to a child process
# Ends: stub
# Says: the memory that was taken, nothing is given back
@KEEPS@

import os


def release(node):
    try:
        if os.fork() == 0:
            os.read(0, 1)
    except OSError:
        KEPT.append(node.saved)
    node.saved = ()
