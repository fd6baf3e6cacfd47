"""``POST /api/v1/token/``: the entry point for programs, with the same lockout as the page."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import workflow
from config.guarded_forms import CodeForm
from config.second_factor import must_set_up_second_factor
from records.validated_input import sent


class Credentials(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)
    code = serializers.CharField(
        max_length=100, required=False, help_text=_("The second factor, where the account has one.")
    )


class TokenAnswer(serializers.Serializer):
    token = serializers.CharField()


class TokenView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=Credentials, responses=TokenAnswer, auth=[])
    def post(self, request: Request) -> Response:
        """Exchange a name and a password for a token, sent as ``Authorization: Token …``, valid for twelve hours."""
        given = sent(Credentials, request)
        # Django's own request: axes marks it, and its middleware then answers 429.
        user = authenticate(request._request, username=given["username"], password=given["password"])
        if user is None:
            raise serializers.ValidationError({"detail": _("The name or the password is wrong.")})
        if user.must_change_password:
            raise serializers.ValidationError(
                {"password": [_("Please sign in on the page first and choose a password of your own.")]}
            )
        if must_set_up_second_factor(user):
            raise serializers.ValidationError(
                {"code": [_("Please sign in on the page first: a second factor is needed.")]}
            )
        if is_mfa_enabled(user):
            form = CodeForm({"code": given.get("code", "")}, user=user)
            if not form.is_valid():
                raise serializers.ValidationError({"code": [_("This code is not valid.")]})
        return Response({"token": workflow.sign_in_program(user)}, headers={"Cache-Control": "private, no-store"})
