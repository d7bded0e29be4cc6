# Attack: backtrack exponentially inside one C call
# Outcome: import=died:timeout
import re
re.match(r"(a+)+$", "a" * 60 + "b")
