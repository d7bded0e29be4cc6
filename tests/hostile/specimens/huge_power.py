# Attack: compute an integer of a billion digits in one C call
# Outcome: import=died:timeout
x = 7 ** (3 ** 20) ** 3
