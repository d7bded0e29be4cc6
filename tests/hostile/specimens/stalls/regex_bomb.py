# Attack: backtrack exponentially inside one C call
# Ends: stub
# Says: The code did not answer within 1 second while engine.py was imported.
import re
re.match(r"(a+)+$", "a" * 60 + "b")
