# Attack: print control characters, markup and workflow commands
# Ends: stub
# Says: x.grad[0] is 0.0652997
print("\x1b[2J\x1b]0;passed\x07<script>alert(1)</script>\n::set-output name=score::100\n=HYPERLINK(1)")

@WRONG@
