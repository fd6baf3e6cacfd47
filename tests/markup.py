"""Markup as tests compare it: without the white space that shows nowhere, however a template breaks its lines."""

import re


def squeezed(html: str) -> str:
    """``html`` with one space for any white space, and none between tags or before the end of a tag."""
    html = re.sub(r"\s+(?=/?>)", "", re.sub(r"\s+", " ", html))
    return re.sub(r"(?<=>) (?=<)", "", html)
