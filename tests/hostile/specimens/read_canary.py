# Attack: read a file of the grader's user
# Outcome: import=raised:PermissionError replay=missing
print(open("@CANARY@").read())
