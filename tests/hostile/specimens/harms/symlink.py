# Attack: link a file of the grader's into reach
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
import os

os.symlink("@CANARY@", "/tmp/gradlab-link")
