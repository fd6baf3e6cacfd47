"""People and their appointments. An appointment grants guardian permissions on its unit and all below it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pghistory
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase
from knox.models import AbstractAuthToken

from accounts.person_rows import Rights, person_of
from accounts.phones import KEPT
from accounts.roles import RATED_POSTS, ROLES, THREE_ADMINISTRATORS, Role, office_name
from accounts.saved_filters import SavedFilter
from accounts.scopes import TokenScope
from accounts.trail_records import AppointmentReview, SeenAppointmentChange, TrailExport
from villages.models import Unit

__all__ = [
    "ESTATE",
    "HELD",
    "ApiToken",
    "Appointment",
    "AppointmentReview",
    "CalendarDay",
    "CalendarYear",
    "Identity",
    "SavedFilter",
    "SeenAppointmentChange",
    "TrailExport",
    "UnitPermission",
    "User",
    "WrongCodes",
]


class PeopleManager(UserManager):
    def get_by_natural_key(self, username: str) -> User:
        """Find the account for a sign-in name, case-insensitively."""
        return super().get_by_natural_key(self.model.normalize_username(username))


# Contact data is excluded from the history, which is sealed for ever: so it can be erased (``erase_contact``).
@pghistory.track(exclude=["password", "last_login", "email"])
class User(AbstractUser):
    """A person who signs in. ``name`` is the person's name as written in Chinese.

    ``username`` is stored in lower case; typed input goes through ``normalize_username``.
    """

    first_name = None
    last_name = None
    name = models.CharField(_("Name"), max_length=50)
    must_change_password = models.BooleanField(default=False)
    second_factor_forgotten_at = models.DateTimeField(null=True, blank=True)
    contact_erased_at = models.DateTimeField(_("Telephone and e-mail erased"), null=True, blank=True)
    access_ended_at = models.DateTimeField(_("Sessions and tokens ended"), null=True, blank=True)

    objects = PeopleManager()

    REQUIRED_FIELDS = ["name"]

    class Meta(AbstractUser.Meta):
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(username=Lower("username")), name="username_in_small_letters")
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """The same account for any case or width of the letters and any surrounding spaces."""
        return super().normalize_username(username).strip().lower()

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end when the password changes, as in Django, and whenever access was revoked
        (``workflow.access``)."""
        ended = self.access_ended_at
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}{ended.isoformat() if ended else ''}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @classmethod
    def with_rights(cls, pk: int) -> User | None:
        """The account with its ``rights``, in one query."""
        if (found := person_of(pk, cls, Appointment)) is None:
            return None
        person, person.rights = found
        return person

    @cached_property
    def rights(self) -> Rights:
        """Today's; read once for the life of this object (a request)."""
        found = person_of(self.pk, User, Appointment)
        return found[1] if found else Rights({}, [])

    def forget_rights(self) -> None:
        """They are read again the next time they are needed."""
        for name in ("rights", "grants", "posts", "known"):
            self.__dict__.pop(name, None)

    @cached_property
    def grants(self) -> dict[str, list[str]]:
        """Codes of the units of today's appointments, by permission."""
        return self.rights.grants

    @cached_property
    def posts(self) -> list[Appointment]:
        """Today's appointments, each with its unit and the name of that unit's ``county``."""
        return self.rights.posts

    def reach(self, perm: str) -> list[str]:
        """Codes of the units in which, and below which (but for ``OWN_UNIT_ONLY``), this person holds ``perm``
        ("app.verb") today."""
        return self.grants.get(perm, [])


# The days of an appointment, both inclusive.
HELD = Func("starts", "ends", Value("[]"), function="daterange", output_field=DateRangeField())

# Each of the three administrators is separate from the other two and from everybody else (三员分立).
ESTATE = Case(
    When(role__in=sorted(THREE_ADMINISTRATORS), then=F("role")), default=Value("other"), output_field=models.CharField()
)


class AppointmentQuerySet(models.QuerySet):
    def on(self, day: date) -> AppointmentQuerySet:
        """Those in force on ``day``; ``ends`` is the last day."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def for_rating_of(self, level: str) -> AppointmentQuerySet:
        """Of those who fill in and sign, only the ones of units of ``level``; everybody else."""
        return self.exclude(Q(role__in=RATED_POSTS) & ~Q(unit__level=level))


@pghistory.track(exclude=["phone"])
class Appointment(models.Model):
    """A role held on one unit for a period (both days inclusive), which covers everything below it.

    ``deputy_for``: the holder acts as deputy for that appointment's holder, in the same role on the same unit.
    ``follows``: the appointment that was handed over to this one. ``phone_changed_at`` is in the history; the number
    itself is not.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(_("Role"), max_length=20, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments")
    department = models.CharField(_("Department"), max_length=50, blank=True)
    phone = models.CharField(_("Telephone"), max_length=30, blank=True, default="")
    phone_changed_at = models.DateTimeField(_("Telephone changed"), null=True, blank=True)
    starts = models.DateField(_("From"))
    ends = models.DateField(_("Until"), null=True, blank=True)
    appointed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    deputy_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="deputies")
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("appoint", "Appoint people"),
            ("configure", "Change settings"),
            ("unlock", "Unlock accounts"),
            ("read_trail", "Read the audit trail"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="appointment_role_known"),
            models.CheckConstraint(condition=Q(phone__regex=KEPT), name="appointment_phone_is_one"),
            ExclusionConstraint(
                name="appointment_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (HELD, RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(deputy_for=None) | Q(ends__isnull=False), name="appointment_of_deputy_ends"
            ),
            ExclusionConstraint(
                name="three_administrators_are_three",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (ESTATE, RangeOperators.NOT_EQUAL),
                    (HELD, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.office} · {self.unit}"

    @property
    def office(self) -> str:
        """The role in words, as it is called at the unit."""
        return office_name(self.role, self.unit_id)

    @property
    def has_deputies(self) -> bool:
        """Whether a deputy may be named; a deputy cannot name one."""
        return ROLES[self.role].deputy and self.deputy_for_id is None


class UnitPermission(UserObjectPermissionBase):
    """What an appointment grants, one row per permission. It carries the dates, so no job has to revoke a
    permission."""

    content_object = models.ForeignKey(Unit, on_delete=models.CASCADE)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()
        unique_together = [("appointment", "permission")]


class IdentityQuerySet(models.QuerySet):
    def here(self) -> IdentityQuerySet:
        """Those of the platform in the settings."""
        return self.filter(issuer=settings.OIDC_SERVER)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Identity(models.Model):
    """The identity (OpenID Connect's ``sub``) under which a government account platform (``issuer``, its address) knows
    a person."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(_("Identity on the platform"), max_length=255)
    tied_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    tied_at = models.DateTimeField(auto_now_add=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Identity on the platform")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_of_one_person"),
            models.UniqueConstraint(fields=["issuer", "user"], name="one_identity_per_person"),
        ]

    def __str__(self) -> str:
        return self.subject


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["token_key", "last_used_at"],
)
class ApiToken(AbstractAuthToken):
    """What a program sends instead of its holder's password; the database stores only its hash.

    ``handle`` identifies it in addresses. It ends at its ``expiry`` and whenever its row is deleted
    (``workflow.tokens``).
    """

    handle = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("Name"), max_length=50)
    scope = models.CharField(_("Scope"), max_length=20, choices=TokenScope)
    last_used_at = models.DateTimeField(_("Last used"), null=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("Token of a program")
        constraints = [
            models.CheckConstraint(condition=Q(expiry__isnull=False), name="token_expires"),
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="token_scope_known"),
        ]

    def __str__(self) -> str:
        return self.name


class WrongCodesQuerySet(models.QuerySet):
    def locking(self) -> WrongCodesQuerySet:
        """Those that lock their account at the moment."""
        return self.filter(count__gte=settings.AXES_FAILURE_LIMIT, last_at__gt=timezone.now() - get_cool_off())


class WrongCodes(models.Model):
    """How many second-factor codes in a row were wrong (``workflow.codes``)."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="wrong_codes")
    count = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)

    objects = WrongCodesQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user} · {self.count}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CalendarDay(models.Model):
    """A day on which the office's calendar differs from the library's or extends it (practice §3, 调休)."""

    day = models.DateField(primary_key=True)
    working = models.BooleanField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.working else '-'}"


@pghistory.track()
class CalendarYear(models.Model):
    """A year whose working days the office has confirmed, as they are entered and counted; a future year that the
    library does not know (``accounts.working_days``)."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.year)
