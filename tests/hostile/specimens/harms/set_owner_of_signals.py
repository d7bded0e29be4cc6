# Attack: have the kernel signal the parent when a pipe is ready
# Ends: stub
# Says: engine.py, line 4: 'fcntl' cannot be imported here.
import fcntl
import os

fcntl.fcntl(4, fcntl.F_SETOWN, os.getppid())
