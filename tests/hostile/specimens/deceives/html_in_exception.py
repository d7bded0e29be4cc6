# Attack: write a script into the report
# Ends: stub
# Says: torch.tensor(...) raises ValueError: </td><script>alert(1)</script>
def tensor(data, requires_grad=False):
    raise ValueError("</td><script>alert(1)</script><img src=x onerror=alert(1)>&lt;")
