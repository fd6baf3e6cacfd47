"""What people set themselves: a password in place of a one-time password, their telephone number."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.workflow.appointment_rules import managed_by
from records.audit import acting
from records.refusals import NotAllowed


@transaction.atomic
def choose_password(user: User, password: str, *, phone: str = "") -> None:
    """Set the person's own password; an empty ``phone`` changes nothing. Tokens of programs end (``signals``)."""
    with acting(user, "accounts.choose_password"):
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
    if phone:
        set_own_phone(user, phone)


def own_posts(user: User) -> QuerySet[Appointment]:
    """Today's posts and future ones."""
    return Appointment.objects.filter(Q(ends=None) | Q(ends__gte=timezone.localdate()), user=user.pk)


def own_phone(user: User) -> str:
    """The number of the person's posts, the first where they have several."""
    return own_posts(user).exclude(phone="").order_by("starts", "pk").values_list("phone", flat=True).first() or ""


@transaction.atomic
def set_own_phone(user: User, phone: str) -> None:
    """One number for all posts of the person; "" deletes it."""
    with acting(user, "accounts.set_phone"):
        keep_phone(own_posts(user), phone)


@transaction.atomic
def set_phone(appointment: Appointment, phone: str, *, by: User) -> None:
    """By somebody who gives the post. Raises ``NotAllowed``."""
    managed = managed_by(by).filter(pk=appointment.pk)
    if not managed.exists():
        raise NotAllowed
    with acting(by, "accounts.set_phone"):
        keep_phone(managed, phone)


def keep_phone(posts: QuerySet[Appointment], phone: str) -> None:
    """Inside the step that changes it."""
    posts.exclude(phone=phone).update(phone=phone, phone_changed_at=timezone.now())
