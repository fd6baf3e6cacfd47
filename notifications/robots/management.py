"""What an office does with the robots of its work groups."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.models import Robot, RobotMessage
from notifications.robots import delivery
from notifications.robots.wording import link_of
from records.audit import acting
from records.refusals import NotAllowed, WrongState
from villages.models import Unit

MANAGE = "notifications.manage_robot"


@transaction.atomic
def add_robot(
    unit: Unit, platform: str, name: str, address: str, secret: str, kinds: Collection[str], *, quiet: bool, by: Any
) -> Robot:
    """The same address on the same unit is the same robot: sending the form twice adds one."""
    _require(by, unit)
    Unit.objects.select_for_update().get(pk=unit.pk)
    for known in unit.robots.filter(platform=platform):
        if known.leads_to(address):
            raise WrongState(_("This unit has a robot with this address already: “%(name)s”.") % {"name": known.name})
    robot = Robot(unit=unit, platform=platform, name=name, kinds=sorted(kinds), quiet=quiet, made_by=by)
    robot.address = address
    if secret:
        robot.secret = secret
    with acting(by, "notifications.add_robot"):
        robot.save()
    return robot


@transaction.atomic
def change_robot(
    robot: Robot,
    *,
    name: str,
    kinds: Collection[str],
    quiet: bool,
    active: bool,
    address: str,
    secret: str | None,
    by: Any,
) -> None:
    """An empty ``address`` and a ``secret`` of None keep what there is; an empty secret removes it. What waits for a
    robot that is switched off is not sent later."""
    robot = Robot.objects.select_for_update().get(pk=robot.pk)
    _require(by, robot.unit)
    robot.name, robot.kinds, robot.quiet, robot.active = name, sorted(kinds), quiet, active
    if address:
        robot.address = address
        robot.secret_changed_at = timezone.now()
    if secret is not None:
        robot.secret = secret
    with acting(by, "notifications.change_robot"):
        robot.save()
    if not active:
        robot.messages.filter(state=RobotMessage.State.WAITING).update(state=RobotMessage.State.FAILED)


def send_test(robot: Robot, *, by: Any) -> RobotMessage:
    """Send a test at once, whatever the hour; it is in the log like any other."""
    _require(by, robot.unit)
    if not robot.active:
        raise WrongState(_("The robot is switched off."))
    with transaction.atomic():
        robot.tested_at = timezone.now()
        with acting(by, "notifications.test_robot"):
            robot.save(update_fields=["tested_at"])
        message = robot.messages.create(kind=RobotMessage.TEST, link=link_of(), due_at=timezone.now())
    delivery.deliver_now(message)
    message.refresh_from_db()
    return message


@transaction.atomic
def send_again(message: RobotMessage, *, by: Any) -> None:
    """Try a failed message once more from the beginning, under its own delivery id."""
    message = RobotMessage.objects.select_for_update().get(pk=message.pk)
    robot = message.robot
    _require(by, robot.unit)
    if not robot.active:
        raise WrongState(_("The robot is switched off."))
    if message.state != RobotMessage.State.FAILED:
        return  # a second click: it is on its way
    robot.sent_again_at = timezone.now()
    with acting(by, "notifications.send_robot_message_again"):
        robot.save(update_fields=["sent_again_at"])
    message.state, message.attempts, message.due_at = RobotMessage.State.WAITING, 0, timezone.now()
    message.save(update_fields=["state", "attempts", "due_at"])


def _require(by: Any, unit: Unit) -> None:
    if not by.has_perm(MANAGE, unit):
        raise NotAllowed
