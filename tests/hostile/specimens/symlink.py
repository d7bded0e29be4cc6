# Attack: link a file of the grader's into reach
# Outcome: import=raised:PermissionError replay=missing
import os

os.symlink("@CANARY@", "/tmp/gradlab-link")
