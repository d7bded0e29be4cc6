# Attack: take for ever to say what went wrong
# Ends: stub
# Says: did not answer within
class Slow(Exception):
    def __str__(self):
        while True:
            pass


def tensor(data, requires_grad=False):
    raise Slow
