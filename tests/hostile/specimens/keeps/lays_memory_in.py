# Attack: take memory when it is imported, and give that back in place of what was saved
# Ends: stub
# Says: (counting the whole process, measured from outside); in the reference
@KEEPS@

LAID_IN = [np.ones(1 << 18) for _ in range(10)]


def release(node):
    KEPT.append([part.data.tobytes() for part in node.saved[:1]])
    node.saved = ()
    if LAID_IN:
        LAID_IN.pop()
