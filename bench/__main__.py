import sys
from importlib import import_module

from bench import database

PARTS = (
    "import_units",
    "rerate",
    "what_if",
    "scoring",
    "allowance",
    "pages",
    "annual",
    "exports",
    "last_hour",
    "flood",
)

with database.fresh():
    for name in sys.argv[1:] or PARTS:
        database.empty()
        print(f"── {name}", flush=True)
        import_module(f"bench.{name}").run()
