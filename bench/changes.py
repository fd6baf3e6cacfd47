"""What happens on an ordinary day in the county whose pages are opened, one more with each call."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from incentives.models import LedgerEntry, Reward
from ratings.models import Application
from tests.factories import DecisionFactory, EventFactory
from villages.models import Unit

COUNTY = "330624"
VILLAGE = "330624108204"
_number = count(1)


def event() -> None:
    EventFactory(unit=Unit.objects.get(code=VILLAGE), on=timezone.localdate() - timedelta(next(_number)), kind="bench")


def step() -> None:
    """An application is withdrawn; with the next call it is sent again."""
    state = Application.State
    in_hand = Application.objects.filter(unit__code__startswith=COUNTY, state__in=(state.DRAFT, state.SUBMITTED))
    one = in_hand.exclude(submitted_at=None).earliest("pk")
    other = state.DRAFT if one.state == state.SUBMITTED else state.SUBMITTED
    Application.objects.filter(pk=one.pk).update(state=other, submitted_tags=None)


def decision() -> None:
    on = timezone.localdate() - timedelta(next(_number))
    DecisionFactory(unit=Unit.objects.get(code=VILLAGE), year=on.year - 1, on=on)


def payment() -> None:
    line = Reward.objects.filter(unit__code__startswith=COUNTY, frozen=False, disbursed__lt=F("committed")).first()
    LedgerEntry.objects.create(
        reward=line,
        unit_id=line.unit_id,
        kind=LedgerEntry.Kind.DISBURSE,
        amount=Decimal("0.01"),
        key=f"bench{next(_number)}",
        by=User.objects.get(username="finance"),
        at=timezone.now(),
    )


CHANGES = {"an event": event, "a step": step, "a decision": decision, "a payment": payment}
