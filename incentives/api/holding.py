"""Who may knock: an address that needs a right is not there for whoever holds it nowhere."""

from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class Holding(IsAuthenticated):
    """Signed in (else 401), and holding ``view.needs`` ("app.verb") on some unit (else 404)."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        if not request.user.has_perm(view.needs):
            raise Http404
        return True
