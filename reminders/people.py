"""The day of an office's people: what waits for each holder of a post on one unit, and for posts that nobody holds.

In the order of posts and names; nobody is ranked, and who has read what is nowhere kept.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Appointment, User
from accounts.roles import Role, office_name
from records.deadlines import days_left, is_over, remaining
from reminders.due import Due, due_in, people_whose_turn
from reminders.matrix import SOON
from reminders.visible import visible
from villages.models import Unit


@dataclass(frozen=True)
class DueLine:
    """One thing that waits: of which unit, which step."""

    due: Due
    unit: str

    @property
    def left(self) -> str:
        return remaining(self.due.due) if self.due.due else ""

    @property
    def late(self) -> bool:
        return self.due.due is not None and is_over(self.due.due)


@dataclass
class PersonDay:
    """``name`` is empty where nobody holds the post. ``posts``: in words."""

    name: str
    posts: list[str] = field(default_factory=list)
    lines: list[DueLine] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(line.late for line in self.lines)

    @property
    def soon(self) -> int:
        """Due within a week, and not late."""
        dues = [line.due.due for line in self.lines if not line.late]
        return sum(due is not None and days_left(due) <= SOON for due in dues)


def days_of_people(user: User, unit: Unit) -> list[PersonDay]:
    """What waits for those who hold a post on ``unit`` itself, as far as ``user`` may know of it."""
    dues = [one for one in visible(user, due_in([unit.code], user)) if one.office.unit == unit.code]
    turns = people_whose_turn(dues)
    lines = _lines(dues)
    posts = Appointment.objects.on(timezone.localdate()).filter(unit=unit).select_related("user")
    roles = list(Role)
    days: dict[int, PersonDay] = {}
    for post in sorted(posts, key=lambda one: (roles.index(Role(one.role)), one.user.name, one.pk)):
        day = days.setdefault(post.user_id, PersonDay(post.user.name))
        if (said := post.office) not in day.posts:
            day.posts.append(said)
    vacant: dict[str, PersonDay] = defaultdict(lambda: PersonDay(""))
    for one in sorted(dues, key=lambda due: (due.due is None, due.due, due.unit)):
        held = [days[person] for person in turns[one] if person in days]
        for day in held or [vacant[one.office.role]]:
            day.lines.append(lines[one])
    for role, day in vacant.items():
        day.posts.append(office_name(role, unit.code))
    return [*days.values(), *(vacant[role] for role in roles if role in vacant)]


def _lines(dues: Iterable[Due]) -> dict[Due, DueLine]:
    dues = list(dues)
    names = dict(Unit.objects.filter(code__in={one.unit for one in dues}).values_list("code", "name"))
    return {one: DueLine(one, names.get(one.unit, one.unit)) for one in dues}
