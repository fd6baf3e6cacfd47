"""Payee accounts over the API. Numbers are accepted and never returned: only the last digits are shown."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached_or_404
from incentives import workflow
from incentives.models import PayeeAccount
from incentives.models.payee import CONFIRM, PROPOSE
from incentives.payees.accounts import payable_units
from records.idempotency import KEY, once
from records.validated_input import ExactSerializer, sent
from villages.models import Unit


class PayeeSerializer(serializers.ModelSerializer):
    """`account`: the last four digits of its number."""

    account = serializers.CharField(source="masked", read_only=True)

    class Meta:
        model = PayeeAccount
        fields = ["id", "unit", "holder", "bank", "account", "state", "proposed_by", "proposed_at", "settled_by"]
        fields += ["settled_at", "reason"]


class ProposePayeeSerializer(ExactSerializer):
    unit = serializers.CharField(max_length=12)
    holder = serializers.CharField(max_length=100)
    bank = serializers.CharField(max_length=100)
    number = serializers.CharField(max_length=60, write_only=True)


class ConfirmPayeeSerializer(ExactSerializer):
    """`number`: the whole number, read again from the paper."""

    number = serializers.CharField(max_length=60, write_only=True)


class DeclinePayeeSerializer(ExactSerializer):
    reason = serializers.CharField()


class PayeeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Accounts to which the units within reach are, were or may be paid, the latest first."""

    permission_classes = (HasUnitPermission,)
    needs = (PROPOSE, CONFIRM)
    needs_for = {"create": (PROPOSE,), "confirm": (CONFIRM,), "decline": (PROPOSE,)}
    queryset = PayeeAccount.objects.order_by("-pk")
    serializer_class = PayeeSerializer
    filterset_fields = ["unit", "state"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[PayeeAccount]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().seen_by(self.request.user)

    @extend_schema(request=ProposePayeeSerializer, responses={201: PayeeSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Propose an account of a unit; somebody else confirms it."""
        given = sent(ProposePayeeSerializer, request)
        within = payable_units(request.user).filter(pk__in=Unit.objects.within_any(request.user.reach(PROPOSE)))
        unit = get_object_or_404(within, pk=given.pop("unit"))

        def act() -> Response:
            account = workflow.propose_account(unit, by=request.user, **given)
            return Response(self.get_serializer(account).data, status=status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(request=ConfirmPayeeSerializer, responses=PayeeSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Put the account that somebody else proposed in force."""
        return self._settle(CONFIRM, ConfirmPayeeSerializer, workflow.confirm_account)

    @extend_schema(request=DeclinePayeeSerializer, responses=PayeeSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Do not use the account that was proposed."""
        return self._settle(PROPOSE, DeclinePayeeSerializer, workflow.decline_account)

    def _settle(self, right: str, kind: type[ExactSerializer], step: Callable[..., None]) -> Response:
        account = reached_or_404(self.request.user, right, self.get_queryset(), pk=int(self.kwargs["pk"]))
        given = sent(kind, self.request)

        def act() -> Response:
            step(account, by=self.request.user, **given)
            return Response(self.get_serializer(account).data)

        return once(self.request, act)
