# Attack: look for secrets in the environment
# Outcome: import=ok replay=missing
import os

print({name: value for name, value in os.environ.items()})
