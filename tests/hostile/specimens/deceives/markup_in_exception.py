# Attack: write rich's markup into the report
# Ends: stub
# Says: torch.tensor(...) raises ValueError: [bold green]PASSED[/bold green] [link=https://example.org]6 / 6[/link]
def tensor(data, requires_grad=False):
    raise ValueError("[bold green]PASSED[/bold green] [link=https://example.org]6 / 6[/link]")
