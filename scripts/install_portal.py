"""Put the portal on the path of this virtual environment and its command beside the others, without building anything."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "#!{python}\nfrom portal.cli import main\n\nmain()\n"

Path(sysconfig.get_path("purelib"), "portal.pth").write_text(f"{ROOT}\n")
command = Path(sysconfig.get_path("scripts"), "portal")
command.write_text(COMMAND.format(python=sys.executable))
command.chmod(0o755)
