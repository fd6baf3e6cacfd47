"""Access to the API: an address that requires a permission is a 404 for somebody who holds it nowhere."""

from collections.abc import Collection, Mapping

from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class HasUnitPermission(IsAuthenticated):
    """Signed in (else 401), and holding one of ``view.needs`` ("app.verb") on some unit (else 404).

    ``view.needs_for`` names other permissions for single actions of a view set.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        others: Mapping[str, Collection[str]] = getattr(view, "needs_for", {})
        needed = others.get(getattr(view, "action", None), view.needs)
        if not any(request.user.reach(permission) for permission in needed):
            raise NotFound
        return True
