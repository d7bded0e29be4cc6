# Attack: end the process at import with success
# Ends: stub
# Says: The code ended the process, with exit status 0
import os
os._exit(0)
