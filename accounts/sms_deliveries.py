"""What the log says of one short message: to whom, the number masked, and about what; never its text."""

from notifications.kinds import KINDS
from notifications.models import Delivery


def masked_mobile(one: Delivery) -> str:
    mobile = getattr(getattr(one.notice.user, "preferences", None), "mobile", "")
    return f"{mobile[:3]}****{mobile[-4:]}" if mobile else ""


def about(one: Delivery) -> str:
    """The group of its notice."""
    return str(KINDS[one.notice.kind].group.label) if one.notice.kind in KINDS else ""
