"""Whether something can be a port: from 1 to 65535. Read before Django starts."""

import re
from urllib.parse import urlsplit


def is_port(typed: str) -> bool:
    return bool(re.fullmatch("[0-9]{1,5}", typed)) and 1 <= int(typed) <= 65535


def has_true_port(url: str) -> bool:
    """Whether ``url`` names a valid port, or none."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
