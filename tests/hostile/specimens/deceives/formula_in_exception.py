# Attack: have a spreadsheet compute something
# Ends: stub
# Says: torch.tensor(...) raises ValueError: =HYPERLINK
def tensor(data, requires_grad=False):
    raise ValueError('=HYPERLINK("https://example.org","6 / 6")')
