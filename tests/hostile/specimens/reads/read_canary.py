# Attack: read a file of the grader's user
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted
raise SystemExit("found it: " + open("@CANARY@").read())
