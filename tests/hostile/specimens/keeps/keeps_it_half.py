# Attack: keep what was saved in half the precision
# Ends: stub
# Says: the memory that was taken, about
@KEEPS@

def release(node):
    KEPT.append([part.data.astype(np.float32) for part in node.saved])
    node.saved = ()
