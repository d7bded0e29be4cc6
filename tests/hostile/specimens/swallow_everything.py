# Attack: catch every exception and go on for ever
# Outcome: import=died:timeout
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
