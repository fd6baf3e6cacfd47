"""What a robot says: counts, deadlines and a link (formats §8), in the system's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.kinds import KINDS
from notifications.models import RobotMessage
from notifications.outside import said, said_of_all


def link_of(kind: str = "") -> str:
    """The reader's own bell, at the group of this kind: each finds there what is his."""
    return f"{reverse('notices')}?group={KINDS[kind].group.value}" if kind else reverse("notices")


def full_link(message: RobotMessage) -> str:
    return f"{settings.SITE_URL}{message.link}"


def title() -> str:
    with override(settings.LANGUAGE_CODE):
        name = _("Star rating")
        return f"{name} · {_('Demonstration data, unrelated to reality')}" if settings.DEMO else name


def text_of(message: RobotMessage) -> str:
    """One sentence, without the link."""
    with override(settings.LANGUAGE_CODE):
        return f"【{title()}】{_said(message)}"


def invitation() -> str:
    with override(settings.LANGUAGE_CODE):
        return _("Please sign in and see to it")


def _said(message: RobotMessage) -> str:
    if message.kind == RobotMessage.TEST:
        return _("This is a test: the robot of this group is connected.")
    if message.kind == RobotMessage.DIGEST:
        return _("Much at once: %(what)s.") % {"what": said_of_all(message.parts.order_by("pk"))}
    return said(message) + _(".")
