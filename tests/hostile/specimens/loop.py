# Attack: never end
# Outcome: import=died:timeout
while True:
    pass
