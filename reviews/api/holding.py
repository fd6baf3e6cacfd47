"""Who may knock: an address that needs a right is not there for whoever holds it nowhere."""

from django.http import Http404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from reviews.stages import BENCHES


class HoldsOne(IsAuthenticated):
    """Signed in (else 401), and holding one of ``view.verbs`` at either level somewhere (else 404)."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not super().has_permission(request, view):
            return False
        permissions = [bench.permission(verb) for bench in BENCHES.values() for verb in view.verbs]
        if not any(request.user.reach(permission) for permission in permissions):
            raise Http404
        return True
