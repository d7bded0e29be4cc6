# Attack: have the tensors that are watched be hollow, and keep what is in them
# Ends: stub
# Says: the memory that was taken, nothing is given back
@KEEPS@

def release(node):
    inner = [Tensor(part.data) for part in node.saved]
    KEPT.append(inner)
    node.saved = ()
