"""Telephone numbers as people write them, stored in one format: 13800005721, 0575-85001208, 0575-85001208-801."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

KEPT = r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}(-[0-9]{1,6})?)?$"
"""What the database holds; empty where nobody gave one."""
MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
LANDLINE = re.compile(r"\(?(0(?:10|2\d|[3-9]\d\d))\)?-?(\d{3,4})-?(\d{4})(?:(?:-|转|#)(\d{1,6}))?")


def phone_of(text: str) -> str:
    """The number in ``text``, or "". Full-width digits, spaces and hyphens are accepted.

    Raises ``ValidationError``.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if not plain:
        return ""
    if mobile := MOBILE.fullmatch(plain.replace("-", "")):
        return mobile[1]
    if landline := LANDLINE.fullmatch(plain):
        area, first, second, extension = landline.groups()
        return "-".join(filter(None, (area, first + second, extension)))
    words = _("Eleven digits of a mobile telephone, or a number with its area code, such as 0575-85001208.")
    raise ValidationError(words, code="phone")


def spelt(phone: str) -> str:
    """In groups, as it is read out: 138 0000 5721, 0575-8500 1208."""
    if "-" not in phone:
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}".strip()
    area, number, *extension = phone.split("-")
    return "-".join([area, f"{number[:-4]} {number[-4:]}", *extension])
