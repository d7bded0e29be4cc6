# Attack: say another text each time it is asked
# Ends: stub
# Says: torch.tensor(...) raises
class Two(Exception):
    asked = 0

    def __str__(self):
        Two.asked += 1
        return "passed" * Two.asked

    def __eq__(self, other):
        return True

    __hash__ = None


def tensor(data, requires_grad=False):
    raise Two
