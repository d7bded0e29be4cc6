# Attack: kill the own process
# Outcome: import=died:memory
import os
os.kill(os.getpid(), 9)
