# Attack: keep what was saved in buffers of ctypes
# Ends: stub
# Says: nothing is given back after z.backward() (counting the whole process, measured from outside)
@KEEPS@

import sys

ctypes = sys.modules["ctypes"]


def release(node):
    for part in node.saved:
        content = part.data.tobytes()
        KEPT.append(ctypes.create_string_buffer(content, len(content)))
    node.saved = ()
