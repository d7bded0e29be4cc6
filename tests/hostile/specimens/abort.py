# Attack: abort
# Outcome: import=died:signal
import os
os.abort()
