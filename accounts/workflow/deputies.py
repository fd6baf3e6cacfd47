"""Deputies: who decides while the holder of a post is away (architecture §7). Their right ends by itself."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.roles import ROLES, THREE_ADMINISTRATORS
from accounts.workflow.appointing import check_place, give
from accounts.workflow.appointment_rules import managed_by
from records.refusals import Incomplete, NotAllowed, WrongState


def may_deputise(by: User) -> QuerySet[Appointment]:
    """The posts for which ``by`` may name a deputy: their own, and those that they give; never as a deputy."""
    own = Appointment.objects.filter(user=by)
    given = managed_by(by, as_deputy=False)
    return (own | given).filter(role__in=[role for role, spec in ROLES.items() if spec.deputy], deputy_for=None)


def colleagues(post: Appointment) -> QuerySet[User]:
    """Who may act as deputy for ``post``: those who hold another post on the same unit today."""
    held = Appointment.objects.on(timezone.localdate()).filter(unit=post.unit_id, deputy_for=None)
    held = held.exclude(user=post.user_id).exclude(role__in=[post.role, *THREE_ADMINISTRATORS])
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "username")


@transaction.atomic
def deputise(post: Appointment, deputy: User, *, by: User, starts: date, ends: date) -> Appointment:
    """Let ``deputy`` act for the holder of ``post`` from ``starts`` to ``ends``, within the days of ``post``.

    Raises ``NotAllowed`` unless ``by`` may name one and ``deputy`` is among the ``colleagues``; ``WrongState`` for
    oneself; ``Incomplete`` for wrong days.
    """
    held = may_deputise(by).select_for_update().filter(pk=post.pk).first()
    if held is None or not colleagues(held).filter(pk=deputy.pk).exists():
        raise NotAllowed
    if deputy == by:
        raise WrongState(_("Nobody appoints themselves: ask somebody else who may."))
    if starts < timezone.localdate():
        raise Incomplete(_("The first day must not be in the past."), {"starts": _("Choose today or a later day.")})
    if starts < held.starts or (held.ends and ends > held.ends):
        raise Incomplete(
            _("The deputy's days lie within those of the office."), {"ends": _("The office itself ends earlier.")}
        )
    check_place(held.role, held.unit, starts=starts, ends=ends)
    User.objects.select_for_update().get(pk=deputy.pk)
    return give(
        deputy,
        role=held.role,
        unit=held.unit,
        by=by,
        starts=starts,
        ends=ends,
        department=held.department,
        deputy_for=held,
    )
