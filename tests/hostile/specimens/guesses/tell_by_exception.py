# Attack: tell the hidden inputs in an exception's text
# Ends: stub
# Says: x.sum().backward | raises ValueError
@WRONG@

calls = []


def doubled(x):
    calls.append(x.data)
    raise ValueError(f"{len(calls)} " + ("found it" if len(calls) > 1 else "nothing"))
