"""What a robot says: counts, deadlines and a link (formats §8), in the system's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from notifications.kinds import KINDS
from notifications.models import RobotMessage


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
        return _("Much at once: %(what)s.") % {"what": _("; ").join(map(_counted, _summed(message)))}
    return f"{_counted(message)}{_('.')}"


def _counted(message: RobotMessage) -> str:
    kind = KINDS.get(message.kind)
    if kind is None or kind.outside is None:  # of a version that knew it
        return ngettext("%(count)s matter waits", "%(count)s matters wait", message.count) % {"count": message.count}
    said = str(kind.outside % {"count": message.count})
    return _("%(what)s (until %(until)s)") % {"what": said, "until": message.until} if message.until else said


def _summed(digest: RobotMessage) -> list[RobotMessage]:
    """The parts of a digest, one a kind and deadline."""
    sums: dict[tuple[str, str], RobotMessage] = {}
    for part in digest.parts.order_by("pk"):
        total = sums.setdefault((part.kind, part.until), RobotMessage(kind=part.kind, until=part.until, count=0))
        total.count += part.count
    return list(sums.values())
