# Attack: print without end
# Outcome: import=died:output
while True:
    print("passed" * 10_000)
