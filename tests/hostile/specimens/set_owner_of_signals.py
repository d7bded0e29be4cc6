# Attack: have the kernel signal the parent when a pipe is ready
# Outcome: import=raised:ModuleNotFoundError replay=missing
import fcntl
import os

fcntl.fcntl(4, fcntl.F_SETOWN, os.getppid())
