# Attack: lead the report to another file
# Ends: stub
# Says: /etc/passwd | engine.py cannot be imported: ValueError
exec(compile("\n" * 41 + "raise ValueError('see there')", "/etc/passwd\x1b[31m", "exec"))
