"""Cycles over the API: the same functions as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached, reached_or_404
from ratings.application.access import VIEW
from ratings.models import Cycle, Scheme, Window
from ratings.models.cycle import CycleStep
from ratings.workflow import closing
from ratings.workflow import cycle as workflow
from records.validated_input import ExactSerializer, sent
from villages.models import below_any, prefixes


class WindowSerializer(serializers.ModelSerializer):
    class Meta:
        model = Window
        fields = ["step", "opens", "closes"]


class CycleSerializer(serializers.ModelSerializer):
    windows = WindowSerializer(many=True, read_only=True)

    class Meta:
        model = Cycle
        fields = [
            "id",
            "unit",
            "scheme",
            "year",
            "townships",
            "facts_until",
            "meeting_minutes_required",
            "state",
            "scoring_closed_at",
            "closed_at",
            "closing_document",
            "windows",
        ]


class TimesSerializer(ExactSerializer):
    step = serializers.ChoiceField(CycleStep.choices)
    opens = serializers.DateTimeField()
    closes = serializers.DateTimeField()


class WindowsSerializer(ExactSerializer):
    windows = TimesSerializer(many=True)

    @staticmethod
    def times(given: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        return {times["step"]: (times["opens"], times["closes"]) for times in given["windows"]}


class OpenCycleSerializer(WindowsSerializer):
    scheme = serializers.IntegerField()
    townships = serializers.ListField(
        child=serializers.CharField(max_length=9),
        max_length=500,
        default=list,
        help_text="Codes of the townships that a pilot rates; empty for the whole county",
    )
    facts_until = serializers.DateField()
    meeting_minutes_required = serializers.BooleanField(default=False)


class MoreTimeSerializer(ExactSerializer):
    step = serializers.ChoiceField(CycleStep.choices)
    unit = serializers.CharField(max_length=12, default="", help_text="Code of one unit; empty for the whole county")
    closes = serializers.DateTimeField()
    reason = serializers.CharField(max_length=2000)


class ClosingSerializer(ExactSerializer):
    document = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=2000, default="", help_text="Needed while some may still apply")


class ReversalSerializer(ExactSerializer):
    reason = serializers.CharField(max_length=2000)


class ConcernedSerializer(serializers.Serializer):
    unit = serializers.CharField()
    name = serializers.CharField()
    before = serializers.IntegerField(help_text="The star held now")
    after = serializers.IntegerField()
    reason = serializers.CharField()


class ClosingClaimSerializer(serializers.Serializer):
    source = serializers.CharField()
    unit = serializers.CharField()
    back = serializers.DecimalField(max_digits=14, decimal_places=2)
    released = serializers.DecimalField(max_digits=14, decimal_places=2)


class OutlookSerializer(serializers.Serializer):
    concerned = ConcernedSerializer(many=True)
    exceptions = serializers.ListField(child=serializers.CharField())
    new_claims = ClosingClaimSerializer(many=True)
    gone_claims = ClosingClaimSerializer(many=True)


class CycleViewSet(viewsets.ReadOnlyModelViewSet):
    """The yearly ratings: those of your county, and of counties that you oversee."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    needs_for = {"create": [workflow.MANAGE]}
    queryset = Cycle.objects.none()
    serializer_class = CycleSerializer
    filterset_fields = ["unit", "year", "state"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Cycle]:
        codes = self.request.user.reach(VIEW)
        above = {code for held in codes for code in prefixes(held)}
        rows = Cycle.objects.filter(below_any(codes, "unit_id")) | Cycle.objects.filter(unit__in=above)
        return rows.prefetch_related("windows").order_by("-year", "unit_id")

    def _managed(self, pk: str) -> Cycle:
        cycles = Cycle.objects.select_related("scheme", "unit")
        return reached_or_404(self.request.user, workflow.MANAGE, cycles, pk=int(pk))

    def _shown(self, pk: Any, code: int = status.HTTP_200_OK) -> Response:
        return Response(CycleSerializer(self.get_queryset().get(pk=pk)).data, status=code)

    @extend_schema(request=OpenCycleSerializer, responses={201: CycleSerializer})
    def create(self, request: Request) -> Response:
        """Open the cycle of an issued scheme's year."""
        given = sent(OpenCycleSerializer, request)
        schemes = reached(request.user, workflow.MANAGE, Scheme.objects.select_related("unit"))
        scheme = schemes.filter(pk=given["scheme"]).first()
        if scheme is None:
            raise Http404
        cycle = workflow.open_cycle(
            scheme,
            facts_until=given["facts_until"],
            windows=WindowsSerializer.times(given),
            by=request.user,
            townships=given["townships"],
            meeting_minutes_required=given["meeting_minutes_required"],
        )
        return self._shown(cycle.pk, status.HTTP_201_CREATED)

    @extend_schema(request=WindowsSerializer, responses=CycleSerializer)
    @action(detail=True, methods=["post"])
    def windows(self, request: Request, pk: str) -> Response:
        """Change the windows of some steps."""
        cycle = self._managed(pk)
        times = WindowsSerializer.times(sent(WindowsSerializer, request))
        workflow.set_windows(cycle, times, by=request.user)
        return self._shown(pk)

    @extend_schema(request=MoreTimeSerializer, responses=CycleSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        """Extend a step, in the whole county or for one unit."""
        cycle, given = self._managed(pk), sent(MoreTimeSerializer, request)
        code = given.pop("unit")
        unit = get_object_or_404(cycle.rated_units(), code=code) if code else None
        workflow.more_time(cycle, unit=unit, by=request.user, **given)
        return self._shown(pk)

    @extend_schema(request=None, responses=CycleSerializer)
    @action(detail=True, methods=["post"], url_path="close-scoring")
    def close_scoring(self, request: Request, pk: str) -> Response:
        """Close scoring; ranks become known."""
        workflow.close_scoring(self._managed(pk), by=request.user)
        return self._shown(pk)

    @extend_schema(responses=OutlookSerializer)
    @action(detail=True, methods=["get"], url_path="closing-outlook")
    def closing_outlook(self, request: Request, pk: str) -> Response:
        """What closing the cycle now would do (open), or what reversing its closing would do (closed)."""
        cycle = self._managed(pk)
        foresee = closing.foresee if cycle.state == Cycle.State.OPEN else closing.foresee_reversal
        return Response(OutlookSerializer(foresee(cycle, by=request.user)).data)

    @extend_schema(request=ClosingSerializer, responses=CycleSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close the cycle; units that did not apply or were rejected get no star."""
        cycle = self._managed(pk)
        closing.close(cycle, by=request.user, **sent(ClosingSerializer, request))
        return self._shown(pk)

    @extend_schema(request=ReversalSerializer, responses=CycleSerializer)
    @action(detail=True, methods=["post"], url_path="reverse-closing")
    def reverse_closing(self, request: Request, pk: str) -> Response:
        """Reverse the closing: its decisions count as if they had never been made."""
        cycle = self._managed(pk)
        closing.reverse(cycle, by=request.user, **sent(ReversalSerializer, request))
        return self._shown(pk)
