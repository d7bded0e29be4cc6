# Attack: end the process at import with success
# Outcome: import=died:exit
import os
os._exit(0)
