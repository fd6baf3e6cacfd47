"""The register and proposals over the API: the rules of the pages, through the same workflow."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached
from ratings.events.effects import proposal_words
from ratings.events.proposals import SETTLE, to_settle
from ratings.models import Proposal, StarPeriod
from ratings.workflow import event as workflow
from records.validated_input import ExactSerializer, sent
from villages.models import Unit, below


class HeldStarSerializer(serializers.ModelSerializer):
    """``star`` held now, ``since`` when; ``decided`` by ``document``; ``effects`` as in the exchange file."""

    name = serializers.CharField(source="unit.name")
    since = serializers.DateField()
    decided = serializers.IntegerField(source="decision.star")
    document = serializers.CharField(source="decision.document")

    class Meta:
        model = StarPeriod
        fields = ["unit", "name", "star", "since", "decided", "document", "effects"]


class StarPeriodSerializer(serializers.ModelSerializer):
    """``begins`` … ``ends`` (the last day; none while it continues)."""

    begins = serializers.DateField(source="during.lower")
    ends = serializers.DateField(source="last_day", allow_null=True)
    decided = serializers.IntegerField(source="decision.star")
    document = serializers.CharField(source="decision.document")

    class Meta:
        model = StarPeriod
        fields = ["begins", "ends", "star", "decided", "document", "effects", "scheme", "recorded_at"]


class RegisterQuery(serializers.Serializer):
    unit = serializers.CharField(required=False, max_length=12)
    star = serializers.IntegerField(required=False, min_value=0, max_value=9)
    on = serializers.DateField(required=False)


class RegisterViewSet(mixins.ListModelMixin, GenericViewSet):
    """Who holds which star, within reach."""

    permission_classes = [HasUnitPermission]
    needs = ["ratings.view_register"]
    serializer_class = HeldStarSerializer
    queryset = StarPeriod.objects.none()
    asks = tuple(RegisterQuery().fields)
    lookup_value_regex = "[0-9A-Z]+"

    def get_queryset(self) -> QuerySet[StarPeriod]:
        if getattr(self, "swagger_fake_view", False):
            return StarPeriod.objects.none()
        asked = RegisterQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        held = StarPeriod.objects.on(asked.validated_data.get("on") or timezone.localdate()).with_since()
        if "unit" in asked.validated_data:
            held = held.filter(below(asked.validated_data["unit"], "unit_id"))
        if "star" in asked.validated_data:
            held = held.filter(star=asked.validated_data["star"])
        return reached(self.request.user, "ratings.view_register", held).select_related("unit", "decision")

    @extend_schema(parameters=[RegisterQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stars on a day (default today), of a unit and all below it, or of a number of stars."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        operation_id="register_periods",
        responses={200: {"type": "array", "items": {"$ref": "#/components/schemas/StarPeriod"}}},  # no pages
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH, description="The unit's code")],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """A unit's periods, in order."""
        unit = reached(request.user, "ratings.view_register", Unit.objects.filter(code=pk), "code").first()
        if unit is None:
            raise NotFound
        periods = StarPeriod.objects.known().filter(unit=unit).select_related("decision").order_by("during")
        return Response(StarPeriodSerializer(periods, many=True).data)


class ProposalSerializer(serializers.ModelSerializer):
    """``does``: what it would do, in words."""

    does = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields = ["id", "event", "unit", "scheme", "rule", "does", "state", "reason", "settled_at"]

    def get_does(self, proposal: Proposal) -> str:
        return proposal_words(proposal)


class ProposalSettleSerializer(ExactSerializer):
    confirm = serializers.BooleanField()
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ProposalViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Open proposals that wait for you."""

    permission_classes = [HasUnitPermission]
    needs = SETTLE
    serializer_class = ProposalSerializer
    queryset = Proposal.objects.all()
    filterset_fields = ["unit", "event"]

    def get_queryset(self) -> QuerySet[Proposal]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return to_settle(self.request.user).select_related("scheme", "unit").order_by("pk")

    @extend_schema(request=ProposalSettleSerializer, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Confirm it, or decline it for a reason."""
        proposal = self.get_object()
        settled = workflow.settle(proposal, by=request.user, **sent(ProposalSettleSerializer, request))
        return Response(self.get_serializer(settled).data)
