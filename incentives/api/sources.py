"""Policies and funds over the API: their steps are the functions of ``incentives.workflow``."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from incentives import workflow
from incentives.models import ProjectFund, RewardBand, RewardPolicy, Source, StarWeight
from incentives.models.lifecycle import STEPS
from incentives.workflow.actions import available, open_to
from records.files import serve
from records.validated_input import ExactSerializer, NoFields, sent

SHARED = ["id", "unit", "year", "name", "rates", "reckoning_day", "starts", "ends", "budget", "committed", "disbursed"]
SHARED += ["attachment", "state", "opinion", "filing_number", "effective_at", "steps"]


class BandSerializer(serializers.ModelSerializer):
    """A star and its half-open band: `first` up to, but not including, `after` (none: no end)."""

    first = serializers.IntegerField(source="band.lower")
    after = serializers.IntegerField(source="band.upper", allow_null=True)

    class Meta:
        model = RewardBand
        fields = ["star", "first", "after", "amount"]


class WeightSerializer(serializers.ModelSerializer):
    class Meta:
        model = StarWeight
        fields = ["star", "weight"]


class SourceSerializer(serializers.ModelSerializer):
    """`steps`: what you may do next. `attachment`: the name of the document, given by `…/attachment/`."""

    steps = serializers.SerializerMethodField()
    attachment = serializers.CharField(source="attachment.name", default="", read_only=True)

    def get_steps(self, source: Source) -> list[str]:
        return [step.verb for step in available(self.context["request"].user, source)]


class PolicySerializer(SourceSerializer):
    bands = BandSerializer(many=True)

    class Meta:
        model = RewardPolicy
        fields = [*SHARED, "figure", "coefficient", "clawback", "bands"]


class FundSerializer(SourceSerializer):
    weights = WeightSerializer(many=True)

    class Meta:
        model = ProjectFund
        fields = [*SHARED, "department", "min_star", "need", "at_least", "at_most", "weights"]


class OpinionSerializer(ExactSerializer):
    agreed = serializers.BooleanField()
    number = serializers.CharField(required=False, allow_blank=True, default="", max_length=50)
    opinion = serializers.CharField(required=False, allow_blank=True, default="")


class TakeBackSerializer(ExactSerializer):
    reason = serializers.CharField()


class PaymentSerializer(ExactSerializer):
    line = serializers.IntegerField(help_text="Id of the reward or allocation")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))


class DisbursementSerializer(ExactSerializer):
    """`key` is the idempotency key of the instalment: sent again, it pays nothing more. Without `payments`: all that is
    owed.

    Another document or other amounts under the same key are a conflict.
    """

    key = serializers.CharField(max_length=64)
    document = serializers.CharField(max_length=100)
    payments = PaymentSerializer(many=True, required=False)

    def validate_payments(self, payments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({payment["line"] for payment in payments}) < len(payments):
            raise serializers.ValidationError(_("One line is listed twice."))
        return payments


class SourceViewSet(ReadOnlyModelViewSet):
    permission_classes = (HasUnitPermission,)
    needs = ("incentives.view_incentive",)
    filterset_fields = ["unit", "year", "state"]

    def get_queryset(self) -> QuerySet[Source]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return (
            super()
            .get_queryset()
            .seen_by(self.request.user)
            .select_related("attachment")
            .order_by("-year", "unit", "pk")
        )

    def _mine(self) -> Source:
        """The source, where the reader may take this step; for others it does not exist, whatever they send."""
        source = self.get_object()
        if not open_to(self.request.user, STEPS[self.action], source):
            raise NotFound
        return source

    def _told(self, source: Source) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=source.pk)).data)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def attachment(self, request: Request, pk: str) -> FileResponse:
        """The bytes of the document."""
        source = self.get_object()
        if source.attachment is None:
            raise NotFound
        return serve(source.attachment)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def seek_opinion(self, request: Request, pk: str) -> Response:
        """Submit the draft to the leading-group office for its opinion."""
        source = self._mine()
        sent(NoFields, request)
        workflow.seek_opinion(source, by=request.user)
        return self._told(source)

    @extend_schema(request=OpinionSerializer)
    @action(detail=True, methods=["post"])
    def give_opinion(self, request: Request, pk: str) -> Response:
        """Agree and file under a number, or return it with an opinion."""
        source = self._mine()
        workflow.give_opinion(source, by=request.user, **sent(OpinionSerializer, request))
        return Response(self.get_serializer(source).data)

    @extend_schema(request=TakeBackSerializer)
    @action(detail=True, methods=["post"])
    def take_back(self, request: Request, pk: str) -> Response:
        """Reopen a filed one for changes; its filing becomes void."""
        source = self._mine()
        workflow.take_back(source, by=request.user, **sent(TakeBackSerializer, request))
        return self._told(source)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def make_effective(self, request: Request, pk: str) -> Response:
        """Put it into effect."""
        source = self._mine()
        sent(NoFields, request)
        workflow.make_effective(source, by=request.user)
        return self._told(source)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def grant(self, request: Request, pk: str) -> Response:
        """Commit what every unit gets, by the stars on the reckoning day."""
        source = self._mine()
        sent(NoFields, request)
        workflow.grant(source, by=request.user)
        return self._told(source)

    @extend_schema(request=DisbursementSerializer)
    @action(detail=True, methods=["post"])
    def disburse(self, request: Request, pk: str) -> Response:
        """Pay an instalment."""
        source, given = self._mine(), sent(DisbursementSerializer, request)
        if "payments" in given:
            given["payments"] = {payment["line"]: payment["amount"] for payment in given["payments"]}
        workflow.disburse(source, by=request.user, **given)
        return self._told(source)


class PolicyViewSet(SourceViewSet):
    """Reward policies within reach."""

    queryset = RewardPolicy.objects.prefetch_related("bands")
    serializer_class = PolicySerializer


class FundViewSet(SourceViewSet):
    """Project funds within reach."""

    queryset = ProjectFund.objects.prefetch_related("weights")
    serializer_class = FundSerializer
