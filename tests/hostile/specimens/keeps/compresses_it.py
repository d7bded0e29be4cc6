# Attack: keep what was saved compressed
# Ends: stub
# Says: the memory that was taken, nothing is given back | the memory that was taken, about | did not answer within 2 seconds
@KEEPS@

import zlib


def release(node):
    KEPT.append([zlib.compress(part.data.tobytes(), 1) for part in node.saved[:1]])
    node.saved = ()
