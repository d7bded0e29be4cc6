# Attack: stop the own process, so that it neither answers nor ends
# Outcome: import=died:timeout
import os
os.kill(os.getpid(), 19)
