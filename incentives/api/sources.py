"""Policies and funds over the API: their steps are the functions of ``incentives.workflow``."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from incentives import workflow
from incentives.models import PlannedSum, ProjectFund, RewardBand, RewardPolicy, Source, StarWeight
from incentives.models.lifecycle import STEPS, WRITE_OWN
from incentives.models.source import RewardFigure
from incentives.planned import above_budget
from incentives.workflow.actions import available, open_to, writers
from incentives.workflow.terms import BandRow
from records.files import serve
from records.validated_input import ExactSerializer, NoFields, sent
from villages.models import Level, Unit

SHARED = ["id", "unit", "year", "name", "rates", "reckoning_day", "starts", "ends", "budget", "committed", "disbursed"]
SHARED += ["written_by", "attachment", "state", "answer", "opinion", "filing_number", "effective_at", "steps"]


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


class PlannedSerializer(serializers.ModelSerializer):
    class Meta:
        model = PlannedSum
        fields = ["unit", "amount"]


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
    planned = PlannedSerializer(many=True)

    class Meta:
        model = ProjectFund
        fields = [*SHARED, "department", "min_star", "need", "at_least", "at_most", "weights", "planned"]


class DraftSerializer(ExactSerializer):
    """The terms of a draft. `unit`: the code of the county. It is drafted for finance or the department of its sender;
    `written_by` says for which of them when the sender may write for several ("": finance).

    With an ``instance`` these are all its new terms.
    """

    unit = serializers.CharField(max_length=12)
    written_by = serializers.CharField(max_length=50, required=False, allow_blank=True)
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    name = serializers.CharField(max_length=100)
    rates = serializers.ChoiceField(choices=Level.choices, default=Level.VILLAGE)
    reckoning_day = serializers.DateField()
    starts = serializers.DateField()
    ends = serializers.DateField()
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))

    def validate_unit(self, code: str) -> Unit:
        """A county where the person writes such drafts; any other is as unknown. It stays as it was drafted."""
        county = self.instance.unit if self.instance else Unit.objects.filter(pk=code).first()
        if county is None or county.code != code or not self._writers(county):
            raise serializers.ValidationError(_("There is no such unit."))
        return county

    def _writers(self, county: Unit) -> list[str]:
        """The departments that may write it; "" for finance."""
        if self.instance:
            return [self.instance.written_by]
        return writers(self.context["request"].user, self.context["kind"], county)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given["starts"] <= given["reckoning_day"] <= given["ends"]:
            raise serializers.ValidationError({"reckoning_day": [_("The reckoning day must lie in the period.")]})
        possible = self._writers(given["unit"])
        if given.setdefault("written_by", possible[0]) not in possible:
            raise serializers.ValidationError({"written_by": [_("You write for your own department only.")]})
        same = self.context["kind"].objects.filter(**{name: given[name] for name in ("unit", "year", "name")})
        if same.filter(written_by=given["written_by"]).exclude(pk=self.instance and self.instance.pk).exists():
            raise serializers.ValidationError({"name": [_("There is one of this name for the year already.")]})
        return given


class DraftBandSerializer(ExactSerializer):
    star = serializers.IntegerField(min_value=0, max_value=20)
    first = serializers.IntegerField(min_value=0)
    after = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)


class PolicyDraftSerializer(DraftSerializer):
    figure = serializers.ChoiceField(choices=RewardFigure.choices, default=RewardFigure.POPULATION)
    coefficient = serializers.DecimalField(
        max_digits=7, decimal_places=4, default=Decimal(1), min_value=Decimal("0.0001")
    )
    clawback = serializers.ChoiceField(choices=RewardPolicy.Clawback.choices, default=RewardPolicy.Clawback.NONE)
    bands = DraftBandSerializer(many=True)

    def validate_bands(self, bands: list[dict[str, Any]]) -> list[BandRow]:
        """Half-open bands of one star do not overlap."""
        rows = [(one["star"], one["first"], one["after"], one["amount"]) for one in bands]
        by_star = sorted(rows, key=lambda row: row[:2])
        for (star, first, after, _amount), (next_star, next_first, *_rest) in pairwise([*by_star, (-1, 0, 0, 0)]):
            if (after is not None and after <= first) or (star == next_star and (after is None or after > next_first)):
                raise serializers.ValidationError(_("The bands of a star must not overlap or be empty."))
        return rows


class DraftWeightSerializer(ExactSerializer):
    star = serializers.IntegerField(min_value=0, max_value=20)
    weight = serializers.DecimalField(max_digits=8, decimal_places=4, min_value=Decimal("0.0001"))


class DraftPlannedSerializer(ExactSerializer):
    unit = serializers.CharField(max_length=12)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))


class FundDraftSerializer(DraftSerializer):
    department = serializers.CharField(max_length=50, required=False, help_text="Of finance's drafts; else your own")
    min_star = serializers.IntegerField(min_value=1, max_value=20)
    need = serializers.ChoiceField(choices=RewardFigure.choices, allow_blank=True, default="")
    at_least = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    at_most = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    weights = DraftWeightSerializer(many=True, required=False, default=list)
    planned = DraftPlannedSerializer(
        many=True, required=False, default=list, help_text="Of a project: its units with their sums, instead of weights"
    )

    def validate_weights(self, weights: list[dict[str, Any]]) -> dict[int, Decimal]:
        by_star = {one["star"]: one["weight"] for one in weights}
        if len(by_star) < len(weights):
            raise serializers.ValidationError(_("This star has a weight already."))
        return by_star

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["at_most"] is not None and given["at_most"] < (given["at_least"] or 0):
            raise serializers.ValidationError({"at_most": [_("This is below the minimum amount.")]})
        given = super().validate(given)
        return given | {"planned": self._planned(given), "department": self._department(given)}

    def _planned(self, given: dict[str, Any]) -> dict[str, Decimal]:
        """Each unit once, rated in the county, and no more than the budget in all."""
        planned = {one["unit"]: one["amount"] for one in given["planned"]}
        rated = Unit.objects.within(given["unit"].code).rated(given["rates"]).filter(pk__in=planned)
        if rated.count() < len(given["planned"]):
            raise serializers.ValidationError({"planned": [_("A unit is not rated here, or stands here twice.")]})
        if problem := above_budget(given["budget"], planned):
            raise serializers.ValidationError({"planned": [problem]})
        return planned

    def _department(self, given: dict[str, Any]) -> str:
        """The own one of those who write for a department; finance names one."""
        writer, named = given["written_by"], given.get("department", "")
        if not (writer or named):
            raise serializers.ValidationError({"department": [_("This field is required.")]})
        if writer and named and named != writer:
            raise serializers.ValidationError({"department": [_("You write for your own department only.")]})
        return writer or named


class OpinionAnswerSerializer(ExactSerializer):
    """`answer`: what to say to the opinion with which the office returned it."""

    answer = serializers.CharField(required=False, allow_blank=True, default="")


class AttachmentSerializer(ExactSerializer):
    file = serializers.FileField()


class OpinionSerializer(ExactSerializer):
    agreed = serializers.BooleanField()
    number = serializers.CharField(required=False, allow_blank=True, default="", max_length=50)
    opinion = serializers.CharField(required=False, allow_blank=True, default="")


class HandOverSerializer(ExactSerializer):
    """`department`: one that has somebody in the county to go on with it."""

    department = serializers.CharField(max_length=50)


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
    draft_serializer: type[DraftSerializer]
    permission_classes = (HasUnitPermission,)
    needs = ("incentives.view_incentive", WRITE_OWN)
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

    def _mine(self, verb: str = "") -> Source:
        """The source, where the reader may take this step; for others it does not exist, whatever they send."""
        source = self.get_object()
        if not open_to(self.request.user, STEPS[verb or self.action], source):
            raise NotFound
        return source

    def create(self, request: Request) -> Response:
        """Draft it, as on the page. The draft then seeks the opinion like any other."""
        draft = workflow.draft_fund if self._kind is ProjectFund else workflow.draft_policy
        response = self._told(draft(by=request.user, **self._terms(request)))
        response.status_code = 201
        return response

    def revise(self, request: Request, pk: str) -> Response:
        source = self._mine()
        terms = self._terms(request, source)
        del terms["unit"], terms["written_by"]
        change = workflow.revise_fund if self._kind is ProjectFund else workflow.revise_policy
        change(source, by=request.user, **terms)
        return self._told(source)

    @property
    def _kind(self) -> type[Source]:
        return type(self).queryset.model

    def _terms(self, request: Request, source: Source | None = None) -> dict[str, Any]:
        read = self.draft_serializer(source, data=request.data, context={"request": request, "kind": self._kind})
        read.is_valid(raise_exception=True)
        return read.validated_data

    @extend_schema(request={"multipart/form-data": AttachmentSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attach(self, request: Request, pk: str) -> Response:
        """Attach the document to a draft; a new file replaces the old one."""
        source, given = self._mine("revise"), sent(AttachmentSerializer, request)
        change = workflow.revise_fund if self._kind is ProjectFund else workflow.revise_policy
        change(source, by=request.user, attachment=given["file"])
        return self._told(source)

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

    @extend_schema(request=OpinionAnswerSerializer)
    @action(detail=True, methods=["post"])
    def seek_opinion(self, request: Request, pk: str) -> Response:
        """Submit the draft to the leading-group office for its opinion."""
        source = self._mine()
        workflow.seek_opinion(source, by=request.user, **sent(OpinionAnswerSerializer, request))
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

    @extend_schema(request=HandOverSerializer)
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give what a department wrote that has nobody in the county any more to another department."""
        source = self._mine()
        workflow.hand_over(source, by=request.user, **sent(HandOverSerializer, request))
        return Response(self.get_serializer(source).data)

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
    draft_serializer = PolicyDraftSerializer
    needs_for = {"create": (RewardPolicy.MANAGE, WRITE_OWN)}

    @extend_schema(request=PolicyDraftSerializer, responses={201: PolicySerializer})
    def create(self, request: Request) -> Response:
        """Draft a policy with its table."""
        return super().create(request)

    @extend_schema(request=PolicyDraftSerializer)
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Give a draft new terms, with its whole table."""
        return super().revise(request, pk)


class FundViewSet(SourceViewSet):
    """Project funds within reach."""

    queryset = ProjectFund.objects.prefetch_related("weights", "planned")
    serializer_class = FundSerializer
    draft_serializer = FundDraftSerializer
    needs_for = {"create": (ProjectFund.MANAGE, WRITE_OWN)}

    @extend_schema(request=FundDraftSerializer, responses={201: FundSerializer})
    def create(self, request: Request) -> Response:
        """Draft a fund with its weights."""
        return super().create(request)

    @extend_schema(request=FundDraftSerializer)
    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Give a draft new terms, with all its weights."""
        return super().revise(request, pk)
