"""The clock: before the last day, on it and after it, whoever's turn it is, then the office, then the level above.

One message a day to a person about all of it. Row and notice are one transaction, and the database holds one row per
person and day: however many schedulers run, however often, and wherever one was killed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, islice

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLES
from accounts.working_days import working_days_between
from followups.kinds import KINDS
from followups.models import FollowUp
from followups.offices import Office, leading_office
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.models import Application, Cycle
from records import audit
from records.deadlines import deadline
from records.locks import Lock, hold
from reminders.due import Due, due_in, first_deadline, holders_of, people_whose_turn
from reminders.models import DailyReminder, DueStep, ReminderRule
from reminders.notices import appeal_notice, daily_notice
from reminders.stages import ReminderDay, Rule, rule_for
from reminders.workflow.lines import keep_lines
from reminders.workflow.rights import ending
from villages.models import COUNTY_LENGTH, TOWNSHIP_LENGTH, county_of

AT_ONCE = 500
"""People whose messages are one transaction."""
OWN, OFFICE, BELOW = "own", "office", "below"
LOOK_BACK, LOOK_AHEAD = timedelta(days=400), timedelta(days=60)
INSIDE = {DueStep.RELEASE, DueStep.OBJECTION, DueStep.FOLLOW_UP}
"""Steps of which the level above is not reminded: it may not know of the first two; follow-ups go up by themselves."""


@dataclass
class Message:
    """What one person is told: the things of each sort, and whether any of them reached a stage since the last time.

    ``rights``: how many of the person's own are what may be done, or left.
    """

    things: dict[str, list[Due]] = field(default_factory=lambda: {OWN: [], OFFICE: [], BELOW: []})
    rights: int = 0
    fires: bool = False

    def add(self, sort: str, due: Due, fires: bool) -> None:
        self.things[sort].append(due)
        self.fires |= fires

    def add_right(self, due: Due) -> None:
        self.add(OWN, due, fires=True)
        self.rights += 1

    @property
    def until(self) -> datetime:
        """The earliest deadline."""
        until, _unit = first_deadline(chain.from_iterable(self.things.values()))
        return until


def send_daily(now: datetime | None = None) -> int:
    """Send today's messages; how many. On a day off nothing is sent. Idempotent."""
    day = _day(timezone.localdate(now))
    if day is None:
        return 0
    messages: dict[int, Message] = defaultdict(Message)
    for county in _counties():
        _gather(due_in([county]), day, messages)
    for right in ending(day):
        for user in right.people:
            messages[user].add_right(right)
    return _send({user: one for user, one in messages.items() if one.fires}, day.today)


def _day(today: date) -> ReminderDay | None:
    working_days = working_days_between(today - LOOK_BACK, today + LOOK_AHEAD)
    if today not in working_days:
        return None
    last = DailyReminder.objects.filter(day__lt=today).aggregate(last=Max("day"))["last"]
    before = last or working_days[working_days.index(today) - 1]
    rules = {
        (one.unit_id, one.step): Rule(one.before, one.office_after, one.above_after)
        for one in ReminderRule.objects.all()
    }
    return ReminderDay(today, before, working_days, rules)


def _counties() -> list[str]:
    """Where anything may wait: a unit at or below a county once; a city's or province's own follow-ups besides."""
    of_cycles = Cycle.objects.filter(state=Cycle.State.OPEN).values_list("unit", flat=True)
    going_on = Application.objects.filter(cycle__state=Cycle.State.CLOSED, state__in=Application.State.UNDER_WAY)
    followed = FollowUp.objects.waiting().values_list("unit", flat=True)
    codes = {*of_cycles, *going_on.values_list("cycle__unit", flat=True), *followed}
    return sorted({county_of(code) for code in codes if len(code) >= COUNTY_LENGTH})


def _gather(dues: list[Due], day: ReminderDay, messages: dict[int, Message]) -> None:
    placed = {one: day.positions(one.due) for one in dues if one.due is not None}
    near = {
        one: (was, now, rule)
        for one, (was, now) in placed.items()
        if now >= -(rule := rule_for(day.rules, one.unit, one.step)).before
    }
    turns = people_whose_turn(near)
    offices = {one: _office_of(one) for one in near}
    above = {one: _office_above(one.office.unit) for one in near}
    held = holders_of({office for office in (*offices.values(), *above.values()) if office})
    for one, (was, now, rule) in near.items():
        for user in turns[one]:
            messages[user].add(OWN, one, rule.fires(was, now, since=-rule.before))
        told = set(turns[one]) | one.unknown_to
        if now >= rule.office and (office := offices[one]):
            for user in set(held[office]) - told:
                messages[user].add(OFFICE, one, rule.fires(was, now, since=rule.office))
            told |= set(held[office])
        if now >= rule.above and one.step not in INSIDE and (office := above[one]):
            for user in set(held[office]) - told:
                messages[user].add(BELOW, one, rule.fires(was, now, since=rule.above))


def _office_of(due: Due) -> Office | None:
    """The office in which whoever's turn it is works, where it may know of what is due."""
    office = leading_office(due.office.unit)
    needs = frozenset(KINDS[due.kind].needs) if due.kind else frozenset()
    return office if not needs or ROLES[office.role].permissions & needs else None


def _office_above(code: str) -> Office | None:
    """The leading office of the next level above; the province and what is above it is not reminded."""
    shorter = [n for n in (4, COUNTY_LENGTH, TOWNSHIP_LENGTH) if n < len(code)]
    return leading_office(code[: shorter[-1]]) if shorter else None


def _send(messages: dict[int, Message], today: date) -> int:
    sent = 0
    for users in _chunks(sorted(messages)):
        with transaction.atomic(), audit.acting(None, "remind_daily"):
            hold(Lock.DAILY_REMINDERS)
            told = set(DailyReminder.objects.filter(day=today, user__in=users).values_list("user", flat=True))
            active = set(User.objects.filter(pk__in=users, is_active=True).values_list("pk", flat=True))
            new = {user: messages[user] for user in users if user in active - told}
            rows = DailyReminder.objects.bulk_create(
                DailyReminder(user_id=user, day=today, **{sort: len(of) for sort, of in one.things.items()})
                for user, one in new.items()
            )
            notices = {user: _notice(user, one) for user, one in new.items()}
            announce_all(notices.values())
            keep_lines(
                ((row, row.user_id, [due for of in new[row.user_id].things.values() for due in of]) for row in rows),
                notices,
            )
            sent += len(rows)
    return sent


def _notice(user: int, message: Message) -> Notice:
    counts = {sort: len(of) for sort, of in message.things.items()}
    until = deadline(message.until)
    if message.rights == sum(counts.values()):
        return appeal_notice(user, message.rights, until)
    return daily_notice(user, counts, until)


def _chunks(users: Collection[int]) -> Iterator[list[int]]:
    rest = iter(users)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk
