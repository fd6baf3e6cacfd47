"""An office reminds those whose turn it is, with a sentence of its own; what its page showed is what is sent."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.workflow import announce_all
from records import audit
from records.deadlines import deadline
from records.previews import require_unchanged
from records.refusals import NotAllowed, WrongState
from reminders.due import Due, due_in, first_deadline, people_whose_turn
from reminders.models import Reminder
from reminders.notices import notice_by_hand
from reminders.visible import visible
from reminders.workflow.lines import keep_lines
from villages.models import Unit

SEND = "reminders.send_reminder"


@dataclass(frozen=True)
class Addressed:
    """One person, and what waits for them."""

    user: User
    dues: tuple[Due, ...]


def addressed(codes: Collection[str], by: User) -> list[Addressed]:
    """Who would be reminded of what in the units ``codes``: what ``by`` may know of, with a last day; never ``by``."""
    dues = [one for one in visible(by, due_in(codes)) if one.due is not None]
    by_user: dict[int, list[Due]] = defaultdict(list)
    for due, ids in people_whose_turn(dues).items():
        for user_id in set(ids) - {by.pk}:
            by_user[user_id].append(due)
    people = User.objects.filter(pk__in=by_user, is_active=True).order_by("pk")
    return [Addressed(user, tuple(by_user[user.pk])) for user in people]


def standing_of(people: list[Addressed]) -> list[Any]:
    """What the page of a reminder shows."""
    return [[one.user.pk, [[due.unit, due.step, due.due] for due in one.dues]] for one in people]


def remind(unit: Unit, codes: Collection[str], *, by: User, sentence: str = "", expected: Any = None) -> Reminder:
    """Remind those whose turn it is in ``codes``, units of ``unit``.

    Raises ``NotAllowed``; ``Outdated`` when it would not be what the page showed (``standing_of``); ``WrongState`` when
    nothing waits there.
    """
    if not by.has_perm(SEND, unit) or not all(code.startswith(unit.code) for code in codes):
        raise NotAllowed
    with transaction.atomic(), audit.acting(by, "send_reminder"):
        people = addressed(codes, by)
        require_unchanged(expected, standing_of(people))
        if not people:
            raise WrongState(_("Nobody has to be reminded there."))
        made = Reminder.objects.create(unit=unit, sentence=sentence.strip(), sent_by=by, sent_at=timezone.now())
        names = names_of(people)
        office = _office(by, unit)
        notices = {
            one.user.pk: notice_by_hand(one.user.pk, letter(one, names), office, made.sentence) for one in people
        }
        announce_all(notices.values())
        keep_lines(((made, one.user.pk, one.dues) for one in people), notices)
    return made


def names_of(people: list[Addressed]) -> dict[str, str]:
    """The names of all units that the letters may name, by code."""
    codes = {due.unit for one in people for due in one.dues}
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))


def letter(one: Addressed, names: dict[str, str]) -> dict[str, Any]:
    """What the person is told: how many, the first of them and its last day."""
    until, unit = first_deadline(one.dues)
    return {"count": len(one.dues), "until": deadline(until), "place": names.get(unit, "")}


def _office(by: User, unit: Unit) -> str:
    """In whose name: the post that reaches the unit, in the system's language."""
    with translation.override(settings.LANGUAGE_CODE):
        posts = [post for post in by.posts if unit.code.startswith(post.unit_id)]
        return f"{posts[0].unit.name}{posts[0].office}" if posts else by.name
