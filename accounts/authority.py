"""The one place that answers "may this person do this here?" (architecture §1): ``user.has_perm("app.verb", obj)``.

``obj`` is a unit or anything that carries ``unit_id``. A permission held on a unit holds for every unit below it (but
for ``OWN_UNIT_ONLY``), on the days of its appointment; a thing that ``admits`` fewer people says so itself. Pages and
API find objects through ``reached_or_404``, so that everything outside is a 404.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Appointment, UnitPermission, User
from accounts.permission_rows import permission_id
from accounts.roles import OWN_UNIT_ONLY, ROLES
from villages.models import below_any, prefixes

View = Callable[..., HttpResponse]


def unit_code(obj: Any) -> str:
    """The division code of the unit that ``obj`` belongs to."""
    return obj.unit_id if hasattr(obj, "unit_id") else obj.code


def grant(appointments: Iterable[Appointment]) -> None:
    """Create the permission rows of new ``appointments`` (guardian's table, in bulk)."""
    UnitPermission.objects.bulk_create(
        (
            UnitPermission(
                user_id=a.user_id, content_object_id=a.unit_id, appointment=a, permission_id=permission_id(perm)
            )
            for a in appointments
            for perm in sorted(ROLES[a.role].permissions)
        ),
        batch_size=5000,
    )


class AppointmentBackend(ModelBackend):
    """Signs in by name and password; answers permission checks from appointments; without ``obj``: is it held
    anywhere."""

    def get_user(self, user_id: int) -> User | None:
        """Whoever the session belongs to: every page asks for the rights as well."""
        user = User.with_rights(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: User, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        codes = user_obj.reach(perm)
        if obj is None:
            return bool(codes)
        place = unit_code(obj)
        here = place in codes if perm in OWN_UNIT_ONLY else any(place.startswith(code) for code in codes)
        admits = getattr(obj, "admits", None)
        return here and (admits is None or admits(user_obj, perm))


def reached(user: User, perm: str, queryset: QuerySet, field: str = "unit_id") -> QuerySet:
    """The rows of ``queryset`` whose unit (``field``) lies where ``user`` holds ``perm``."""
    return queryset.filter(where_held(user, perm, field))


def where_held(user: User, perm: str, field: str = "unit_id") -> Q:
    """Rows whose unit (``field``) lies where ``user`` holds ``perm``."""
    codes = user.reach(perm)
    return Q(**{f"{field}__in": codes}) if perm in OWN_UNIT_ONLY else below_any(codes, field)


def reached_or_404(user: User, perm: str, queryset: QuerySet, *, field: str = "unit_id", **lookup: Any) -> Any:
    """The object, or 404, as if it did not exist, when it lies outside what ``user`` reaches with ``perm``."""
    if not user.is_authenticated:
        raise Http404
    return get_object_or_404(reached(user, perm, queryset, field), **lookup)


def lacking(perm: str, pairs: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of ``pairs`` (user id, unit code) in which the user does not hold ``perm`` there today; one query."""
    pairs = set(pairs)
    label, codename = perm.split(".")
    held = set(
        UnitPermission.objects.filter(
            appointment__in=Appointment.objects.on(timezone.localdate()),
            permission__content_type__app_label=label,
            permission__codename=codename,
            user__is_active=True,
            user__in={user_id for user_id, _code in pairs},
        ).values_list("user_id", "content_object_id")
    )
    if perm in OWN_UNIT_ONLY:
        return pairs - held
    return {(user_id, code) for user_id, code in pairs if not any((user_id, above) in held for above in prefixes(code))}


def held_anywhere(*perms: str) -> Callable[[User], bool]:
    """Whether a user holds one of ``perms`` anywhere."""
    return lambda user: any(map(user.has_perm, perms))


def permission_or_404(*perms: str) -> Callable[[View], View]:
    """Decorates a page for those who hold one of ``perms`` anywhere: others get 404, anonymous users sign in first."""

    allowed = held_anywhere(*perms)

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allowed(request.user):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate
