# Attack: read a file of the grader's user
# Ends: stub
# Says: engine.py cannot be imported: PermissionError: [Errno 1] Operation not permitted | PermissionError: [Errno 13] Permission denied
raise SystemExit("found it: " + open("@CANARY@").read())
