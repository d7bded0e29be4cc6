# Attack: refuse every audited event of the interpreter
# Ends: stub
# Says: x.grad[0] is 0.0652997
import sys


def hook(event, arguments):
    if event not in ("sys.addaudithook", "compile", "object.__getattr__", "sys._getframe", "import", "os.putenv"):
        raise RuntimeError("refused")


sys.addaudithook(hook)

@WRONG@
