# Attack: keep what was saved as bytes, which numpy does not count
# Ends: stub
# Says: nothing is given back after z.backward() (counting the whole process, measured from outside)
@KEEPS@

def release(node):
    KEPT.append([part.data.tobytes() for part in node.saved])
    node.saved = ()
