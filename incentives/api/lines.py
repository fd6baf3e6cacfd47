"""What was granted, the ledger, and proposed clawbacks, over the API."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached
from incentives import workflow
from incentives.models import Allocation, Clawback, GrantLine, LedgerEntry, Reward
from incentives.models.source import SEES_LINES
from incentives.signatures import sign
from records.validated_input import ExactSerializer, sent

VIEW, PAY = "incentives.view_incentive", "incentives.disburse"
LINE = ["id", "unit", "star", "figure", "amount", "committed", "disbursed", "frozen"]


class RewardSerializer(serializers.ModelSerializer):
    class Meta:
        model = Reward
        fields = [*LINE, "policy"]


class AllocationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Allocation
        fields = [*LINE, "fund", "weight"]


class LineViewSet(ReadOnlyModelViewSet):
    """Village people see those of their own village."""

    permission_classes = (HasUnitPermission,)
    needs = SEES_LINES

    def get_queryset(self) -> QuerySet[GrantLine]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().seen_by(self.request.user).order_by("pk")


class RewardViewSet(LineViewSet):
    """Rewards of the units within reach."""

    queryset = Reward.objects.all()
    serializer_class = RewardSerializer
    filterset_fields = ["unit", "policy", "star", "frozen"]


class AllocationViewSet(LineViewSet):
    """Parts of project funds of the units within reach."""

    queryset = Allocation.objects.all()
    serializer_class = AllocationSerializer
    filterset_fields = ["unit", "fund", "star", "frozen"]


class LedgerEntrySerializer(serializers.ModelSerializer):
    """`as_deputy`: the person who booked it acted as a deputy."""

    as_deputy = serializers.BooleanField(read_only=True)

    class Meta:
        model = LedgerEntry
        fields = ["id", "unit", "reward", "allocation", "kind", "amount", "document", "reason", "corrects", "by"]
        fields += ["as_deputy", "at"]


class CorrectionSerializer(ExactSerializer):
    """`key` is the idempotency key of the correction: sent again, it books nothing more. `left`: the amount that you
    saw as not yet taken back."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    reason = serializers.CharField()
    key = serializers.CharField(required=False, max_length=64, default="")
    left = serializers.DecimalField(required=False, max_digits=14, decimal_places=2)


class LedgerViewSet(ReadOnlyModelViewSet):
    """The ledger within reach, newest first. It is append-only."""

    permission_classes = (HasUnitPermission,)
    needs = (VIEW,)
    needs_for = {"correct": (PAY,)}
    queryset = LedgerEntry.objects.all()
    serializer_class = LedgerEntrySerializer
    filterset_fields = ["unit", "kind", "reward", "allocation", "reward__policy", "allocation__fund"]

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        [needed] = self.needs_for.get(self.action, self.needs)
        return reached(self.request.user, needed, super().get_queryset())

    def get_serializer(self, *shown: Any, many: bool = False, **options: Any) -> serializers.BaseSerializer:
        for entries in shown:
            sign(entries if many else [entries])
        return super().get_serializer(*shown, many=many, **options)

    @extend_schema(request=CorrectionSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Book a correcting entry."""
        entry = self.get_object()
        given = sent(CorrectionSerializer, request)
        return Response(self.get_serializer(workflow.correct(entry, by=request.user, **given)).data)


class ClawbackSerializer(serializers.ModelSerializer):
    class Meta:
        model = Clawback
        fields = ["id", "unit", "reward", "allocation", "star", "amount", "released", "state", "reason", "settled_at"]


class ClawbackVerdictSerializer(ExactSerializer):
    confirm = serializers.BooleanField()
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ClawbackViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Proposed clawbacks after a star fell."""

    permission_classes = (HasUnitPermission,)
    needs = (VIEW,)
    needs_for = {"settle": (PAY,)}
    queryset = Clawback.objects.order_by("-pk")
    serializer_class = ClawbackSerializer
    filterset_fields = ["unit", "state"]

    def get_queryset(self) -> QuerySet[Clawback]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        [needed] = self.needs_for.get(self.action, self.needs)
        return reached(self.request.user, needed, super().get_queryset())

    @extend_schema(request=ClawbackVerdictSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Confirm the proposal, or decline it for a reason."""
        clawback = self.get_object()
        given = sent(ClawbackVerdictSerializer, request)
        reason = given["reason"]
        workflow.review_clawbacks([clawback.line.holder_id])  # what is no longer proposed lapses, whatever happens next
        if given["confirm"]:
            workflow.confirm_clawback(clawback, by=request.user, reason=reason)
        else:
            workflow.decline_clawback(clawback, by=request.user, reason=reason)
        return Response(self.get_serializer(clawback).data)
