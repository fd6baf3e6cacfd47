"""Import of appointments: each line of a sheet gives a person a post; all or nothing (architecture §6).

``read`` finds every wrong cell and says what each line would do; ``carry_out`` does it. Idempotent: the same sheet
again finds everybody appointed and does nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.phones import phone_of
from accounts.roles import ROLES, VILLAGE_POSTS, Role, office_name
from accounts.workflow import Engaged, Who, appoint_person, givable, managed_by, set_phone
from accounts.workflow.appointment_rules import bound_elsewhere, nobody_of_that_name
from records import cells
from records.cells import day, one_line
from records.refusals import Incomplete, Refused
from records.workbooks import SheetColumn, SheetRefused, SheetRow, WrongCell, read_rows
from villages.models import Level, Unit, below_any

MOST_LINES = 600
MOST_DEPARTMENT = 50
NAME = re.compile(r"[^\W\d_][\w·.’' -]*")
BOTH = "一肩挑"
"""How offices write that one person holds both posts of a village."""


@dataclass(frozen=True)
class AppointmentColumns:
    """The column headings in the reader's language."""

    unit: str
    unit_name: str
    role: str
    name: str
    username: str
    starts: str
    ends: str
    department: str
    phone: str

    @classmethod
    def spoken(cls) -> "AppointmentColumns":
        return cls(
            unit=_("Division code"),
            unit_name=_("Unit"),
            role=_("Role"),
            name=_("Name"),
            username=_("Account name"),
            starts=_("First day"),
            ends=_("Last day"),
            department=_("Department"),
            phone=_("Telephone"),
        )


@dataclass(frozen=True)
class AppointmentLine:
    """What one line of the sheet does: ``new_roles`` are those not held yet; ``user`` is None for a new account;
    ``called`` are the posts held already whose telephone number becomes ``phone``."""

    row: SheetRow
    unit: Unit
    name: str
    roles: tuple[str, ...]
    new_roles: tuple[str, ...]
    user: User | None
    starts: date
    ends: date | None
    department: str
    phone: str
    called: tuple[int, ...]

    @property
    def does_something(self) -> bool:
        return bool(self.new_roles or self.called)

    @property
    def outcome(self) -> list[Any]:
        """What the line does, for whom, in the words of the page."""
        who = [self.name, self.user.pk if self.user else None]
        posts = [self.unit.code, self.unit.name, self.roles, self.new_roles, self.starts, self.ends, self.department]
        return [*who, *posts, self.phone, self.called]

    @property
    def office(self) -> str:
        return _(", ").join(office_name(role, self.unit.code) for role in self.roles)


def words_of(roles: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names in the sheet for ``roles``."""
    words = {str(Role(role).label): (str(role),) for role in roles}
    if set(VILLAGE_POSTS) <= set(roles):
        words[BOTH] = VILLAGE_POSTS
    return words


def _name(text: str) -> str:
    """The cleaned name; an invalid one is kept unchanged, and refused later."""
    try:
        return cells.name(text)
    except ValueError:
        return text


def _username(text: str) -> str:
    return User.normalize_username(text)


def read_appointments(raw: bytes) -> list[SheetRow]:
    """The lines that name a person. Raises ``SheetRefused``."""
    heads = AppointmentColumns.spoken()
    optional = [heads.unit_name, heads.username, heads.starts, heads.ends, heads.department, heads.phone]
    needed, days = [heads.unit, heads.role, heads.name], [heads.starts, heads.ends]
    rows = read_rows(raw, needed, optional=optional, days=days, exact=True)
    rows = [row for row in rows if row[heads.name] or row[heads.username]]
    if not rows:
        raise SheetRefused([], _("No line of the sheet names a person."))
    if len(rows) > MOST_LINES:
        raise SheetRefused([], _("The sheet names more than %d people: please send it in parts.") % MOST_LINES)
    return rows


def read(rows: Sequence[SheetRow], *, by: User) -> list[AppointmentLine]:
    """What ``rows`` would do. Raises ``SheetRefused`` with all errors."""
    reading = _Reading(rows, by)
    lines = [reading.line(row) for row in rows]
    if reading.problems:
        raise SheetRefused(reading.problems)
    return [line for line in lines if line is not None]


@transaction.atomic
def carry_out(lines: Iterable[AppointmentLine], *, by: User) -> list[Engaged]:
    """Appoint everybody. Raises ``SheetRefused`` with the failing line, and then nobody is appointed."""
    opened: dict[tuple[str, str], Who] = {}
    engaged = []
    for line in lines:
        for post in Appointment.objects.filter(pk__in=line.called):
            set_phone(post, line.phone, by=by)
        if not line.new_roles:
            continue
        key = (line.unit.code, line.name)
        who = opened.get(key) or Who(line.name, line.user.username if line.user else "")
        try:
            one = appoint_person(
                who,
                line.new_roles,
                unit=line.unit,
                by=by,
                starts=line.starts,
                ends=line.ends,
                department=line.department,
                phone=line.phone,
            )
        except Refused as refused:
            raise SheetRefused([line.row.wrong(_column_of(refused), str(refused))]) from refused
        if one.password:
            opened[key] = Who(line.name, one.user.username)
        engaged.append(one)
    return engaged


def _column_of(refused: Refused) -> str:
    """The heading of the field that was refused; that of the name when the person or the office was."""
    heads = vars(AppointmentColumns.spoken())
    fields = refused.problems if isinstance(refused, Incomplete) else {}
    return next((heads[field] for field in fields if field in heads), heads["name"])


class _Reading:
    """One sheet being read: which values and people are allowed, and the errors so far."""

    def __init__(self, rows: Sequence[SheetRow], by: User) -> None:
        self.by = by
        self.heads = AppointmentColumns.spoken()
        self.problems: list[WrongCell] = []
        self.given = givable(by)
        self.words = words_of(self.given)
        reach = below_any({code for codes in self.given.values() for code in codes})
        self.units = Unit.objects.filter(reach).in_bulk({row.code(self.heads.unit) for row in rows})
        names = {_name(row[self.heads.name]) for row in rows}
        accounts = User.objects.filter(
            username__in={_username(row[self.heads.username]) for row in rows}, is_active=True
        )
        self.accounts = {user.username: user for user in accounts}
        self.namesakes: dict[tuple[str, str], dict[int, User]] = defaultdict(dict)
        there = managed_by(by).filter(unit__in=self.units, user__name__in=names, user__is_active=True)
        for post in there.select_related("user"):
            self.namesakes[post.unit_id, post.user.name][post.user_id] = post.user
        people = {user.pk for user in accounts} | {pk for namesakes in self.namesakes.values() for pk in namesakes}
        self.posts: dict[tuple[int, str, str], list[Appointment]] = defaultdict(list)
        for post in Appointment.objects.filter(user__in=people, unit__in=self.units):
            self.posts[post.user_id, post.role, post.unit_id].append(post)
        today = timezone.localdate()
        self.bound = bound_elsewhere(people, by=by, starts=today, ends=None)
        self.taken: dict[tuple[str, str, str], int] = {}

    def line(self, row: SheetRow) -> AppointmentLine | None:
        before = len(self.problems)
        heads = self.heads
        unit, roles = self._unit(row), self._roles(row)
        starts = self._day(row, heads.starts) or timezone.localdate()
        ends = self._day(row, heads.ends)
        if ends and ends < starts:
            self._wrong(row, heads.ends, _("a day not before the first day"))
        if unit and roles and any(unit.level not in ROLES[role].levels for role in roles):
            self._wrong(row, heads.role, _("an office that exists at this unit's level"))
        elif unit and roles and not self._gives(roles, unit):
            self._wrong(row, heads.unit, _("a division code within your reach"))
        user = self._person(row, unit)
        if unit and roles and len(self.problems) == before:
            self._once(row, unit, roles, user)
        phone = self._phone(row)
        if len(self.problems) > before:
            return None
        held = {role: self._held(user, role, unit, starts, ends) for role in roles}
        new_roles = tuple(role for role in roles if not held[role])
        called = tuple(post.pk for posts in held.values() for post in posts if phone and post.phone != phone)
        department = self._department(row, new_roles)
        if len(self.problems) > before:
            return None
        return AppointmentLine(
            row, unit, _name(row[heads.name]), roles, new_roles, user, starts, ends, department, phone, called
        )

    def _wrong(self, row: SheetRow, head: str, expected: str) -> None:
        self.problems.append(row.wrong(head, expected))

    def _unit(self, row: SheetRow) -> Unit | None:
        unit = self.units.get(row.code(self.heads.unit))
        if unit is None:
            self._wrong(row, self.heads.unit, _("a division code within your reach"))
        return unit

    def _roles(self, row: SheetRow) -> tuple[str, ...]:
        roles = self.words.get(one_line(row[self.heads.role]), ())
        if not roles:
            self._wrong(row, self.heads.role, _("one of: %s") % _(", ").join(self.words))
        return roles

    def _gives(self, roles: Iterable[str], unit: Unit) -> bool:
        return all(any(unit.code.startswith(code) for code in self.given[role]) for role in roles)

    def _day(self, row: SheetRow, head: str) -> date | None:
        typed_day = day(row[head])
        if row[head] and typed_day is None:
            self._wrong(row, head, _("a day such as 2026-11-24"))
        return typed_day

    def _department(self, row: SheetRow, new_roles: Iterable[str]) -> str:
        department = one_line(row[self.heads.department])
        if not department and any(ROLES[role].named for role in new_roles):
            self._wrong(row, self.heads.department, _("the name of the department or helper unit"))
        if len(department) > MOST_DEPARTMENT:
            self._wrong(row, self.heads.department, _("at most %d characters") % MOST_DEPARTMENT)
        return department

    def _phone(self, row: SheetRow) -> str:
        try:
            return phone_of(row[self.heads.phone])
        except ValidationError as wrong:
            self._wrong(row, self.heads.phone, " ".join(wrong.messages))
            return ""

    def _person(self, row: SheetRow, unit: Unit | None) -> User | None:
        heads = self.heads
        name, username = _name(row[heads.name]), _username(row[heads.username])
        if len(name) > 50 or not NAME.fullmatch(name):
            self._wrong(row, heads.name, _("a person's name of at most 50 characters"))
            return None
        if username:
            user = self.accounts.get(username)
            if user is None or user.name != name or user.pk in self.bound or user == self.by:
                self._wrong(row, heads.username, str(nobody_of_that_name()))
            return user
        people = list(self.namesakes.get((unit.code, name), {}).values()) if unit else []
        if len(people) > 1:
            self._wrong(row, heads.username, _("the account name, as several people here have this name"))
        elif people and people[0].pk in self.bound:
            self._wrong(row, heads.name, str(nobody_of_that_name()))
        return people[0] if people else None

    def _once(self, row: SheetRow, unit: Unit, roles: Iterable[str], user: User | None) -> None:
        person = user.username if user else _name(row[self.heads.name])
        for role in roles:
            first = self.taken.setdefault((unit.code, role, person), row.number)
            if first != row.number:
                self._wrong(row, self.heads.name, _("each person once for each office; see row %d") % first)
                return

    def _held(self, user: User | None, role: str, unit: Unit, starts: date, ends: date | None) -> list[Appointment]:
        """The posts in that role that the person holds on some of these days."""
        return [
            post
            for post in (self.posts[user.pk, role, unit.code] if user else ())
            if (post.ends is None or post.ends >= starts) and (ends is None or post.starts <= ends)
        ]


@dataclass(frozen=True)
class ListedPlace:
    """A line of the template: a post on a unit, and its holder."""

    unit: Unit
    role: str
    holder: Appointment | None = None


def columns() -> list[SheetColumn]:
    """The template: every post that may be given, with its current holder."""
    heads = AppointmentColumns.spoken()
    return [
        SheetColumn(heads.unit, lambda place: place.unit.code),
        SheetColumn(heads.unit_name, lambda place: place.unit.name, 24),
        SheetColumn(heads.role, lambda place: str(Role(place.role).label), 20),
        SheetColumn(heads.name, lambda place: place.holder.user.name if place.holder else ""),
        SheetColumn(heads.username, lambda place: place.holder.user.username if place.holder else ""),
        SheetColumn(heads.starts, lambda place: place.holder.starts.isoformat() if place.holder else ""),
        SheetColumn(
            heads.ends, lambda place: place.holder.ends.isoformat() if place.holder and place.holder.ends else ""
        ),
        SheetColumn(heads.department, lambda place: place.holder.department if place.holder else "", 20),
        SheetColumn(heads.phone, lambda place: place.holder.phone if place.holder else "", 18),
    ]


def places(by: User) -> list[ListedPlace]:
    """Every post that ``by`` may give, one line per holder, or an empty one; of villages only those rated."""
    given = givable(by)
    held: dict[tuple[str, str], list[Appointment]] = defaultdict(list)
    today = managed_by(by).on(timezone.localdate()).filter(deputy_for=None)
    for post in today.select_related("user").order_by("starts", "pk"):
        held[post.unit_id, post.role].append(post)
    reach = below_any({code for codes in given.values() for code in codes})
    levels = {level for role in given for level in ROLES[role].levels}
    units = Unit.objects.filter(reach, level__in=levels).order_by("code")
    return [
        ListedPlace(unit, role, holder)
        for unit in units
        if unit.rated or unit.level != Level.VILLAGE
        for role in given
        if unit.level in ROLES[role].levels and any(unit.code.startswith(code) for code in given[role])
        for holder in held[unit.code, role] or [None]
    ]


def notes() -> list[str]:
    """The notes above the column headings of the template."""
    return [
        _("One line for each person and office. Leave the account name empty for somebody new."),
        _("One person in both posts of a village: write %s under the office.") % BOTH,
        _("Lines without a name are skipped. An empty first day means today."),
    ]
