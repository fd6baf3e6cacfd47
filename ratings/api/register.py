"""The register, events and proposals over the API: the rules of the pages, through the same workflow."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached
from ratings.events.effects import proposal_words
from ratings.events.proposals import SETTLE, to_settle
from ratings.events.rectification import RectificationOrder
from ratings.models import Event, Proposal, StarPeriod
from ratings.workflow import event as workflow
from records.idempotency import HEADER, once
from records.validated_input import ExactFields, ExactSerializer, NoFields, sent
from villages.models import Unit, below

KEY = OpenApiParameter(
    HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description="The same key and content: the same answer, once"
)


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
    filter_backends: list = []
    lookup_value_regex = "[0-9A-Z]+"

    def get_queryset(self) -> QuerySet[StarPeriod]:
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
        responses=StarPeriodSerializer(many=True),
        parameters=[OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH, description="The unit's code")],
    )
    def retrieve(self, request: Request, pk: str) -> Response:
        """A unit's periods, in order."""
        unit = reached(request.user, "ratings.view_register", Unit.objects.filter(code=pk), "code").first()
        if unit is None:
            raise NotFound
        periods = StarPeriod.objects.known().filter(unit=unit).select_related("decision").order_by("during")
        return Response(StarPeriodSerializer(periods, many=True).data)


class StarShiftSerializer(serializers.Serializer):
    """``unit`` holds ``after`` instead of ``before`` stars from ``since`` until the day before ``until``."""

    unit = serializers.CharField()
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)


class EventAheadSerializer(serializers.Serializer):
    """What recording an event would do: ``shifts`` at once, ``proposed`` when its proposals are confirmed as well.

    ``words``: those for which ``sure`` must be sent.
    """

    shifts = StarShiftSerializer(many=True, source="outlook.shifts")
    proposed = StarShiftSerializer(many=True, source="outlook.proposed")
    words = serializers.ListField(child=serializers.CharField())


class UnitEventSerializer(ExactFields, serializers.ModelSerializer):
    """``rectify_within``: working days in which the ``accountable`` unit (absent: the event's own) is to put it right;
    ``checker`` looks whether it did. ``person`` and ``post``: only where they have to be known; never answered.

    ``sure``: checked that it is concluded, announced and not classified, where its words suggest otherwise.
    """

    sure = serializers.BooleanField(write_only=True, required=False, default=False)
    person = serializers.CharField(write_only=True, required=False, default="", max_length=50)
    post = serializers.CharField(write_only=True, required=False, default="", max_length=100)
    reversed = serializers.DateField(source="reversal.on", read_only=True, default=None)

    class Meta:
        model = Event
        fields = [
            "id",
            "unit",
            "kind",
            "on",
            "closed",
            "rectification",
            "reversed",
            "note",
            "source",
            "held",
            "accountable",
            "rectify_within",
            "checker",
            "person",
            "post",
            "sure",
            "recorded_at",
        ]
        read_only_fields = ["closed", "rectification", "recorded_at"]
        validators: list = []  # the workflow reports that it is recorded already

    def get_fields(self) -> dict[str, serializers.Field]:
        """A unit where the person may not record is treated as one that does not exist."""
        fields = super().get_fields()
        request = self.context.get("request")
        known = Unit.objects.all()
        fields["unit"] = serializers.PrimaryKeyRelatedField(
            queryset=reached(request.user, "ratings.record_event", known, "code")
            if request and request.user.is_authenticated
            else known
        )
        return fields


class DryRunQuery(serializers.Serializer):
    dry_run = serializers.BooleanField(required=False, default=False)


class EventCloseSerializer(ExactSerializer):
    on = serializers.DateField()
    reason = serializers.CharField()


class EventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, GenericViewSet):
    """Events within reach."""

    permission_classes = [HasUnitPermission]
    needs = ["ratings.view_event"]
    needs_for = dict.fromkeys(["create", "close", "release"], ["ratings.record_event"])
    serializer_class = UnitEventSerializer
    queryset = Event.objects.select_related("reversal")
    filterset_fields = ["unit", "kind", "held"]

    def get_queryset(self) -> QuerySet[Event]:
        if self.action in ("list", "retrieve"):
            return super().get_queryset().seen_by(self.request.user)
        return reached(self.request.user, "ratings.record_event", super().get_queryset())

    @extend_schema(
        parameters=[OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Only say what it would do"), KEY],
        responses={201: UnitEventSerializer, 200: EventAheadSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Record an event; the register follows immediately. With ``dry_run`` it only says what would follow."""
        asked = DryRunQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        if not asked.validated_data["dry_run"]:
            return once(
                request,
                lambda: super(EventViewSet, self).create(request, *args, **kwargs),
                again=lambda answer: get_object_or_404(self.get_queryset(), pk=answer["id"]),
            )
        given = sent(self.get_serializer_class(), request)
        happened = {
            name: given[name] for name in ("unit", "kind", "on", "source", "note", "held", "post") if name in given
        }
        return Response(EventAheadSerializer(workflow.look_ahead(by=request.user, **happened)).data)

    def perform_create(self, serializer: UnitEventSerializer) -> None:
        given = dict(serializer.validated_data)
        accountable, days, checker = (given.pop(name, None) for name in ("accountable", "rectify_within", "checker"))
        order = (
            RectificationOrder(accountable or given["unit"], days, checker or Event.Checker.RECORDER) if days else None
        )
        serializer.instance = workflow.record(by=self.request.user, rectification=order, **given)

    @extend_schema(request=EventCloseSerializer, responses=UnitEventSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close it as rectified."""
        event = self.get_object()
        given = sent(EventCloseSerializer, request)
        return once(request, lambda: self._told(workflow.close(event, by=request.user, **given)))

    @extend_schema(request=None, responses=UnitEventSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Release a held event, so that it takes effect."""
        event = self.get_object()
        sent(NoFields, request)
        return once(request, lambda: self._told(workflow.release(event, by=request.user)))

    def _told(self, event: Event) -> Response:
        return Response(self.get_serializer(event).data, status=status.HTTP_200_OK)


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
