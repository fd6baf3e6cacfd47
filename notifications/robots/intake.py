"""Announced notices become messages of the robots: one a robot and kind, in the transaction of the step.

A robot hears what is announced to people who hold office on its unit or below, and of that the kinds that its office
has chosen and that have words for outside.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from notifications import quiet
from notifications.kinds import KINDS
from notifications.models import Notice, Robot, RobotMessage
from notifications.offices import offices_of
from notifications.outside import count_of
from notifications.robots.wording import link_of
from villages.models import prefixes


def tell_robots(notices: Iterable[Notice]) -> None:
    leaving = [notice for notice in notices if KINDS[notice.kind].outside is not None]
    kinds = sorted({notice.kind for notice in leaving})
    robots = list(Robot.objects.filter(active=True, kinds__overlap=kinds)) if kinds else []
    if not robots:
        return
    offices = offices_of({notice.user_id for notice in leaving})
    places, heard = {robot.unit_id for robot in robots}, defaultdict[tuple[str, str], list[Notice]](list)
    for notice in leaving:
        above = {place for code in offices.get(notice.user_id, ()) for place in prefixes(code)}
        for place in places & above:
            heard[place, notice.kind].append(notice)
    RobotMessage.objects.bulk_create(
        _message(robot, kind, heard[robot.unit_id, kind])
        for robot in robots
        for kind in robot.kinds
        if (robot.unit_id, kind) in heard
    )


def _message(robot: Robot, name: str, notices: Iterable[Notice]) -> RobotMessage:
    now, heard = timezone.now(), count_of(name, notices)
    return RobotMessage(
        robot=robot,
        kind=name,
        count=heard.count,
        until=heard.until,
        link=link_of(name),
        due_at=now if KINDS[name].at_any_hour or not robot.quiet else quiet.open_from(now),
    )
