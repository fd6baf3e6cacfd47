"""Free disk space in ``DATA_DIR``: with too little, PostgreSQL cannot start its next file."""

import shutil

from django.conf import settings

MIN_FREE_BYTES = 32 * 1024 * 1024


def is_full() -> bool:
    return shutil.disk_usage(settings.DATA_DIR).free < MIN_FREE_BYTES
