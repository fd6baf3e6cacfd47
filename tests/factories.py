"""Factories of rows for tests: real rows through the real constraints, everything else as simple as possible."""

import hashlib
from collections import deque
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.authority import grant
from accounts.models import Appointment, User
from accounts.roles import Role
from ratings.models import (
    Answer,
    Application,
    Cycle,
    Decision,
    Event,
    Points,
    Scheme,
    Stage,
    StarPeriod,
    Transition,
    Veto,
    Window,
)
from ratings.models.cycle import CycleStep
from ratings.models.lifecycle import STEPS
from ratings.workflow.transition import move
from records import audit
from records.file_faults import place
from records.models import StoredFile
from reviews.models import Appeal, Batch, Objection, Panel, Seat, Sheet, SheetEntry
from tests.scheme_body import scheme_body
from villages.models import Level, Profile, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
COUNTY, TOWNSHIP, VILLAGE = "330624", "330624108", "330624108204"
NEIGHBOUR = "330624108205"
LEVELS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}


def at(*moment: int) -> datetime:
    """A moment in Shanghai: ``at(2026, 11, 24, 9)``."""
    return datetime(*moment, tzinfo=SHANGHAI)


class OneOfAKind:
    """What is there already is not made again. No savepoint: nobody else makes the same one meanwhile."""

    @classmethod
    def _get_or_create(cls, model_class, *args, **fields):
        (key,) = cls._meta.django_get_or_create
        made = cls._get_manager(model_class)
        return made.filter(**{key: fields[key]}).first() or made.create(**fields)


class UserFactory(OneOfAKind, DjangoModelFactory):
    class Meta:
        model = User
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence("person{}".format)
    name = factory.Sequence("张{}".format)

    @classmethod
    def _get_or_create(cls, model_class, *args, **fields):
        """Only an account that a test names can be there already: no other is looked for."""
        if fields["username"].startswith("person"):
            return cls._get_manager(model_class).create(**fields)
        return super()._get_or_create(model_class, *args, **fields)

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        """``UserFactory(password="…")``; without it the account cannot sign in with a password."""
        if extracted:
            self.set_password(extracted)
            self.save(update_fields=["password"])


class UnitFactory(OneOfAKind, DjangoModelFactory):
    """Level and whether it is rated follow from the code, as on import. The same code is the same unit."""

    class Meta:
        model = Unit
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"{TOWNSHIP}{200 + n % 200:03d}")
    name = factory.LazyAttribute(lambda o: f"单位{o.code}")
    level = factory.LazyAttribute(lambda o: Level.STATION if "S" in o.code else LEVELS[len(o.code)])
    rated = factory.LazyAttribute(lambda o: o.level == Level.VILLAGE and "200" <= o.code[-3:] <= "399")
    tags = factory.LazyFunction(list)


class ProfileFactory(DjangoModelFactory):
    class Meta:
        model = Profile

    unit = factory.SubFactory(UnitFactory, code=VILLAGE)
    year = 2026
    population = 1200
    households = 400


class AppointmentFactory(DjangoModelFactory):
    """An appointment with the permissions that it grants."""

    class Meta:
        model = Appointment
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    role = Role.FILLER
    unit = factory.SubFactory(UnitFactory, code=VILLAGE)
    starts = date(2020, 1, 1)

    @factory.post_generation
    def granted(self, create, extracted, **kwargs):
        if create:
            grant([self])


def person(role: str, code: str, **user) -> User:
    """A person who holds ``role`` on the unit ``code`` today: ``person(Role.SIGNER, VILLAGE)``."""
    return AppointmentFactory(role=role, unit=UnitFactory(code=code), user=UserFactory(**user)).user


class SchemeFactory(DjangoModelFactory):
    """An issued scheme; ``SchemeFactory(state="draft", issued_at=None)`` for one being written."""

    class Meta:
        model = Scheme

    unit = factory.SubFactory(UnitFactory, code=COUNTY)
    year = 2026
    name = "测试考评标准"
    state = Scheme.State.ISSUED
    issued_at = factory.LazyAttribute(lambda o: at(o.year, 1, 1))
    body = factory.LazyAttribute(lambda o: scheme_body(year=o.year, unit=o.unit.code, name=o.name))


class CycleFactory(DjangoModelFactory):
    """A cycle of the scheme's county with all three windows open all year; ``windows=False`` for none."""

    class Meta:
        model = Cycle
        skip_postgeneration_save = True

    scheme = factory.SubFactory(SchemeFactory)
    unit = factory.SelfAttribute("scheme.unit")
    year = factory.SelfAttribute("scheme.year")
    facts_until = factory.LazyAttribute(lambda o: date(o.year, 12, 31))

    @factory.post_generation
    def windows(self, create, extracted, **kwargs):
        if create and extracted is not False:
            for step in CycleStep.values:
                WindowFactory(cycle=self, step=step)


class WindowFactory(DjangoModelFactory):
    class Meta:
        model = Window

    cycle = factory.SubFactory(CycleFactory, windows=False)
    step = CycleStep.APPLY
    opens = factory.LazyAttribute(lambda o: at(o.cycle.year, 1, 1))
    closes = factory.LazyAttribute(lambda o: at(o.cycle.year + 1, 1, 1))


BY_COUNTY_FIRST = {
    ("submitted", "county_review"),
    ("returned", "county_review"),
    ("county_review", "returned"),
    ("county_review", "rejected"),
    ("rejected", "county_review"),
}


def moves_of(unit: str) -> set[tuple[str, str]]:
    """The moves that the lifecycle allows an application of the unit (by code)."""
    moves = set(STEPS.transitions)
    return moves - BY_COUNTY_FIRST if len(unit) > 9 else {move for move in moves if move[1] != "township_review"}


def shortest_way(to: str, unit: str) -> list[str]:
    """The states from ``draft`` (exclusive) to ``to`` by the fewest steps allowed for the unit (by code)."""
    allowed = moves_of(unit)
    ways, seen = deque([["draft"]]), {"draft"}
    while ways:
        way = ways.popleft()
        if way[-1] == to:
            return way[1:]
        for start, end in STEPS.transitions:
            if start == way[-1] and end not in seen and (start, end) in allowed:
                seen.add(end)
                ways.append([*way, end])
    raise LookupError(
        f"no steps lead {unit} from draft to {to}: tests/ratings/test_lifecycle.py leaves such states out"
    )


class ApplicationFactory(DjangoModelFactory):
    """``ApplicationFactory(state="township_review")`` takes every step to there, as the state machine requires
    (by nobody)."""

    class Meta:
        model = Application

    cycle = factory.SubFactory(CycleFactory)
    unit = factory.SubFactory(UnitFactory, code=VILLAGE)
    applied_star = 3

    @classmethod
    def _create(cls, model_class, *args, **fields):
        to = fields.pop("state", "draft")
        if to != "draft":
            fields.setdefault("submitted_at", at(fields["cycle"].year, 3, 1))
        application = super()._create(model_class, *args, **fields)
        if to != "draft":
            way = shortest_way(to, application.unit_id)
            followed = to == "rejected" or Panel.objects.filter(cycle=application.cycle_id).exists()
            (walk if followed else hurry)(application, *way)
            application.refresh_from_db()
        return application


def hurry(application, *states) -> None:
    """What ``walk`` leaves of a new application whose steps nobody follows, in a third of the time."""
    before, steps = "draft", []
    for state in states:
        verb = verb_of(before, state)
        with audit.acting(None, verb), connection.cursor() as cursor:
            cursor.execute("UPDATE ratings_application SET state = %s WHERE id = %s", [state, application.pk])
        steps.append(
            Transition(application=application, verb=verb, from_state=before, to_state=state, at=timezone.now())
        )
        before = state
    Transition.objects.bulk_create(steps)


def verb_of(before: str, state: str) -> str:
    """The first verb of the lifecycle that leads from one state to the other."""
    return next(step.verb for step in STEPS.values() if (before, state) in step.moves)


def walk(application, *states, at=None) -> None:
    """Take the application through ``states``, by the first verb of the lifecycle that leads to each (by nobody)."""
    before = Application.objects.values_list("state", flat=True).get(pk=application.pk)
    for state in states:
        move([application.pk], verb_of(before, state), state, by=None, at=at)
        before = state


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = Answer

    application = factory.SubFactory(ApplicationFactory)
    item = "1.1.a"
    value = Decimal(1)
    typed = factory.LazyAttribute(lambda o: str(o.value))


class PointsFactory(DjangoModelFactory):
    class Meta:
        model = Points

    application = factory.SubFactory(ApplicationFactory)
    stage = Stage.SELF
    criterion = "1.1"
    points = Decimal(8)


def judged_by_both(application: Application, own: Decimal | int, panel: Decimal | int) -> None:
    """A criterion that the unit and the township's panel gave points."""
    for stage, points in ((Stage.SELF, own), (Stage.TOWNSHIP, panel)):
        PointsFactory(application=application, stage=stage, points=points)


class VetoFactory(DjangoModelFactory):
    class Meta:
        model = Veto

    unit = factory.SubFactory(UnitFactory, code=VILLAGE)
    code = "V1"
    on = date(2026, 3, 1)
    document = "新纪〔2026〕1号"
    source = "纪委监委"


class DecisionFactory(DjangoModelFactory):
    """A decision on paper, confirmed, in force from ``on``; ``application=…`` for one made in the system."""

    class Meta:
        model = Decision

    unit = factory.SubFactory(UnitFactory, code=VILLAGE)
    scheme = factory.LazyAttribute(lambda o: o.cycle.scheme if getattr(o, "cycle", None) else None)
    year = 2025
    star = 3
    origin = Decision.Origin.IMPORTED
    state = Decision.State.CONFIRMED
    decided_at = factory.LazyAttribute(lambda o: at(o.year + 1, 1, 10))
    on = factory.LazyAttribute(lambda o: date(o.year + 1, 1, 20) if o.state == "confirmed" else None)
    cut_off = factory.LazyAttribute(lambda o: date(o.year, 12, 31) if o.on else None)


class StarPeriodFactory(DjangoModelFactory):
    """A period of the register without an end."""

    class Meta:
        model = StarPeriod

    decision = factory.SubFactory(DecisionFactory)
    unit = factory.SelfAttribute("decision.unit")
    star = factory.SelfAttribute("decision.star")
    scheme = factory.SelfAttribute("decision.scheme")
    during = factory.LazyAttribute(lambda o: (o.decision.on, None))
    recorded_at = factory.LazyAttribute(lambda o: at(o.decision.on.year, o.decision.on.month, o.decision.on.day))


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    unit = factory.SubFactory(UnitFactory, code=VILLAGE)
    kind = "case_opened"
    on = date(2026, 3, 1)


class PanelFactory(DjangoModelFactory):
    """``PanelFactory(reviewers=[a, b])`` seats them."""

    class Meta:
        model = Panel
        skip_postgeneration_save = True

    cycle = factory.SubFactory(CycleFactory)
    unit = factory.SubFactory(UnitFactory, code=TOWNSHIP)
    stage = Stage.TOWNSHIP

    @factory.post_generation
    def reviewers(self, create, extracted, **kwargs):
        if create:
            Seat.objects.bulk_create(Seat(panel=self, reviewer=reviewer) for reviewer in extracted or [])


class SheetFactory(DjangoModelFactory):
    class Meta:
        model = Sheet

    application = factory.SubFactory(ApplicationFactory, state="township_review")
    stage = Stage.TOWNSHIP
    reviewer = factory.SubFactory(UserFactory)


class SheetEntryFactory(DjangoModelFactory):
    class Meta:
        model = SheetEntry

    sheet = factory.SubFactory(SheetFactory)
    item = "1.1.a"
    value = Decimal(1)


class BatchFactory(DjangoModelFactory):
    class Meta:
        model = Batch

    cycle = factory.SubFactory(CycleFactory)
    unit = factory.SubFactory(UnitFactory, code=TOWNSHIP)
    stage = Stage.TOWNSHIP
    met_on = date(2026, 11, 20)
    document = factory.Sequence("沙评〔2026〕{}号".format)


class ObjectionFactory(DjangoModelFactory):
    class Meta:
        model = Objection

    decision = factory.SubFactory(DecisionFactory)
    unit = factory.SelfAttribute("decision.unit")
    receipt = factory.Sequence(lambda n: f"YY{n // 10000:02d}-{n % 10000:04d}")
    text = "公开栏的数字和账上不一样。"


class AppealFactory(DjangoModelFactory):
    class Meta:
        model = Appeal

    decision = factory.SubFactory(DecisionFactory, application=factory.SubFactory(ApplicationFactory))
    unit = factory.SelfAttribute("decision.unit")
    application = factory.SelfAttribute("decision.application")
    made_by = factory.SubFactory(UserFactory)
    made_at = factory.LazyFunction(timezone.now)
    reasons = "得分够四星。"


class StoredFileFactory(DjangoModelFactory):
    class Meta:
        model = StoredFile

    content = factory.Sequence("%PDF-1.7 {}".format)
    name = "会议记录.pdf"
    sha256 = factory.LazyAttribute(lambda file: hashlib.sha256(file.content.encode()).hexdigest())
    size = factory.LazyAttribute(lambda file: len(file.content.encode()))
    kind = "application/pdf"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        content = kwargs.pop("content").encode()
        name = place(kwargs["sha256"])
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
        return super()._create(model_class, *args, **kwargs)
