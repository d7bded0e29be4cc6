# Attack: have every weak reference say that its object is gone
# Ends: stub
# Says: the memory that was taken, nothing is given back
@KEEPS@

import sys
import weakref


class Gone:
    """A weak reference to nothing."""

    def __init__(self, *arguments):
        pass

    def __call__(self):
        return None


weakref.ref = Gone
