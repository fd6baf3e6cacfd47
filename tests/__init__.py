"""Compiled modules are kept, whatever the environment says: the workers and the processes that tests start would each
compile every module anew."""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
