"""Emptying the outbox of the robots (formats §8), safe beside other workers and after any of them is killed.

A try is written down and its message moved on to the next time before anything is sent; nothing is locked while we
wait for an answer. Whoever dies in between has made a failed try like any other.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone

from notifications.models import Robot, RobotMessage, RobotTry
from notifications.outgoing.failures import Failure
from notifications.robots import platforms
from notifications.robots.wording import link_of
from records.encryption import Unreadable

WAITS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1)]
A_MINUTE = 20
"""How many messages one robot gets in any minute."""
BUSY_SECONDS = 50
"""A round begins nothing new after this: the next one has begun by then."""


@dataclass(frozen=True)
class Claim:
    message: RobotMessage
    entry: RobotTry


def deliver_due() -> int:
    """Send what is due; return how many tries were made."""
    _give_up_lost()
    ends, tried = time.monotonic() + BUSY_SECONDS, 0
    while time.monotonic() < ends and (claim := _claim()):
        deliver(claim)
        tried += 1
    return tried


def deliver_now(message: RobotMessage) -> bool:
    """Make a try at once, for somebody who waits for it; False if it must wait: too many in this minute."""
    with transaction.atomic():
        robot = Robot.objects.select_for_update().get(pk=message.robot_id)
        if _room(robot) <= 0:
            return False
        claim = _begin(message)
    deliver(claim)
    return True


def deliver(claim: Claim) -> None:
    """Make the try and write down how it ended."""
    message = claim.message
    try:
        platforms.deliver(message.robot, message)
    except Failure as failure:
        _failed(claim, failure)
    except Unreadable:
        _failed(claim, Failure("unreadable"))
    else:
        _delivered(claim)


@transaction.atomic
def _claim() -> Claim | None:
    """The next try, of a robot that nobody else is choosing for and that has had fewer than ``A_MINUTE``."""
    for pk in _with_due_messages()[:200]:
        robot = Robot.objects.select_for_update(skip_locked=True).filter(pk=pk, active=True).first()
        room = _room(robot) if robot else 0
        if robot and room > 0 and (message := _next(robot, room)):
            return _begin(message)
    return None


def _with_due_messages() -> QuerySet[RobotMessage, int]:
    """Robots in turn, so that one that does not answer keeps nobody waiting: the one tried longest ago first.

    Of the tries, which are kept for good, the last one is looked up: a join would read them all for each message.
    """
    due = RobotMessage.objects.filter(
        state=RobotMessage.State.WAITING, due_at__lte=timezone.now(), robot__active=True
    ).order_by()
    tries = RobotTry.objects.filter(robot=OuterRef("robot_id")).order_by("-at")
    robots = due.values("robot_id").annotate(first=Min("due_at"), last=Subquery(tries.values("at")[:1]))
    return robots.order_by(F("last").asc(nulls_first=True), "first").values_list("robot_id", flat=True)


def _room(robot: Robot) -> int:
    """How many more messages the robot may get in this minute."""
    return A_MINUTE - robot.tries.filter(at__gt=timezone.now() - timedelta(minutes=1)).count()


def _next(robot: Robot, room: int) -> RobotMessage | None:
    """The message due longest; with room for one alone, a digest of all that was never sent."""
    now = timezone.now()
    due = robot.messages.filter(state=RobotMessage.State.WAITING, due_at__lte=now)
    fresh = due.filter(attempts=0).exclude(kind__in=[RobotMessage.TEST, RobotMessage.DIGEST])
    if room > 1 or fresh.aggregate(n=Count("pk"))["n"] < 2:
        return due.order_by("due_at", "pk").first()
    digest = RobotMessage.objects.create(robot=robot, kind=RobotMessage.DIGEST, link=link_of(), due_at=now)
    fresh.update(state=RobotMessage.State.BUNDLED, digest=digest)
    return digest


def _give_up_lost() -> None:
    """Messages whose last try never came back."""
    waiting = RobotMessage.objects.filter(state=RobotMessage.State.WAITING, due_at__lte=timezone.now())
    waiting.filter(attempts__gt=len(WAITS)).update(state=RobotMessage.State.FAILED)


def _begin(message: RobotMessage) -> Claim:
    message.attempts += 1
    message.due_at = timezone.now() + WAITS[min(message.attempts, len(WAITS)) - 1]
    message.save(update_fields=["attempts", "due_at"])
    return Claim(message, RobotTry.objects.create(message=message, robot=message.robot))


@transaction.atomic
def _delivered(claim: Claim) -> None:
    RobotMessage.objects.filter(pk=claim.message.pk).update(state=RobotMessage.State.SENT, sent_at=timezone.now())
    RobotTry.objects.filter(pk=claim.entry.pk).update(problem="")


@transaction.atomic
def _failed(claim: Claim, failure: Failure) -> None:
    """Again later, or at last given up. A message that was settled meanwhile stays as it is."""
    RobotTry.objects.filter(pk=claim.entry.pk).update(problem=failure.problem, detail=failure.detail)
    attempts = claim.message.attempts
    mine = RobotMessage.objects.filter(pk=claim.message.pk, attempts=attempts, state=RobotMessage.State.WAITING)
    if attempts > len(WAITS):
        mine.update(state=RobotMessage.State.FAILED)
    else:
        mine.update(due_at=timezone.now() + WAITS[attempts - 1])
