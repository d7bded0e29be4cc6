# Attack: take all memory
# Outcome: import=raised:MemoryError replay=missing
kept = []
while True:
    kept.append(bytearray(1 << 24))
