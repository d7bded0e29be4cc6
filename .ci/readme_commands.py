"""Print the README's two commands, one a line: the first two lines that start with `$ ` in its first code block."""

import re
import sys
from pathlib import Path

block = re.search(r"```console\n(.*?)```", Path(sys.argv[1]).read_text(encoding="utf-8"), re.S)
commands = re.findall(r"^\$ (.+)$", block.group(1), re.M) if block else []
if len(commands) != 2:
    sys.exit(f"{sys.argv[1]}: its first console block must hold exactly two commands, found {len(commands)}.")
print("\n".join(commands))
