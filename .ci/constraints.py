"""Write constraints.txt: the exact versions of everything that all extras install today.

A fresh virtual environment is made for it, so nothing that happens to be installed gets in.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HEADER = """\
# Exact versions of everything that nhipdo[edge,gateway,demo,bench,test,second-opinion] installs,
# so that two machines get the same.
# Written by `make constraints`; to renew: run it, run `make check`, commit both together.
"""


def main() -> int:
    """Install without constraints, freeze, write."""
    with tempfile.TemporaryDirectory() as work:
        pip = [f"{work}/bin/python", "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([sys.executable, "-m", "venv", work], check=True)
        subprocess.run([*pip, "install", "-qq", ".[edge,gateway,demo,bench,test,second-opinion]"], check=True)
        frozen = subprocess.run([*pip, "freeze", "--exclude", "nhipdo"], check=True, capture_output=True, text=True)
    pinned = [line for line in frozen.stdout.splitlines() if " @ " not in line]
    local = [line for line in frozen.stdout.splitlines() if " @ " in line]
    if local:
        print(f"constraints.txt: cannot pin {local[0]!r}: it was installed from a file. Use an index.", file=sys.stderr)
        return 1
    Path("constraints.txt").write_text(HEADER + "\n".join(pinned) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(pinned)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
