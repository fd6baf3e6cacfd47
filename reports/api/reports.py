"""The dashboard and annual reports over the API: the same functions and rules as on the pages."""

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached, reached_or_404
from accounts.models import User
from records.described_files import A_FILE
from records.files import serve
from records.jobs import ShownState
from reports import workflow
from reports.dashboard import Board, board
from reports.duties import kept
from reports.findings import AsOf
from reports.models import ReportRequest
from reports.views.dashboard import PLACES, VIEW_DASHBOARD, topmost
from reports.workflow import VIEW_REPORT, reports_of
from villages.models import Unit


class PlaceSerializer(serializers.Serializer):
    """``stars``: units by star held today; ``stages``: by their stage in this year's rating."""

    code = serializers.CharField()
    name = serializers.CharField()
    rated = serializers.IntegerField()
    stars = serializers.DictField(child=serializers.IntegerField())
    stages = serializers.DictField(child=serializers.IntegerField())
    rose = serializers.IntegerField(source="up")
    fell = serializers.IntegerField(source="down")
    open_events = serializers.IntegerField(source="flagged")


class DashboardSerializer(serializers.Serializer):
    """``rose`` and ``fell`` since 1 January; ``red_warnings``, ``yellow_warnings``: those kept that you may see."""

    unit = serializers.CharField(source="unit.code")
    year = serializers.IntegerField(allow_null=True)
    day = serializers.DateField()
    total = PlaceSerializer()
    places = PlaceSerializer(many=True)
    red_warnings = serializers.SerializerMethodField()
    yellow_warnings = serializers.SerializerMethodField()
    events_open = serializers.IntegerField()

    def get_red_warnings(self, _board: Board) -> int:
        return self.context["warnings"].red

    def get_yellow_warnings(self, _board: Board) -> int:
        return self.context["warnings"].yellow


class DashboardView(APIView):
    permission_classes = [HasUnitPermission]
    needs = [VIEW_DASHBOARD]

    @extend_schema(
        responses=DashboardSerializer,
        parameters=[OpenApiParameter("unit", OpenApiTypes.STR, description="A place within reach; your own if absent")],
    )
    def get(self, request: Request) -> Response:
        """The state of a unit: progress, stars, movement since 1 January, what is late or open."""
        code = request.query_params.get("unit") or topmost(request.user)
        unit = reached_or_404(request.user, VIEW_DASHBOARD, PLACES, field="code", code=code)
        warnings = kept(request.user, AsOf(unit, timezone.localdate()))
        return Response(DashboardSerializer(board(unit, timezone.now()), context={"warnings": warnings}).data)


class ReportSerializer(serializers.ModelSerializer):
    """``state``: waiting, running, interrupted (it begins again by itself), ready or failed (``error`` says why);
    ``progress`` in per cent."""

    unit = serializers.SlugRelatedField(slug_field="code", queryset=Unit.objects.none())
    state = serializers.ChoiceField(ShownState, source="shown_state", read_only=True)
    progress = serializers.IntegerField(source="shown_progress", read_only=True)

    class Meta:
        model = ReportRequest
        fields = ["id", "unit", "year", "asked_at", "state", "progress", "error", "ended_at"]
        read_only_fields = ["asked_at", "error", "ended_at"]

    def get_fields(self) -> dict[str, serializers.Field]:
        """A unit out of reach is treated as one that does not exist."""
        fields = super().get_fields()
        user = getattr(self.context.get("request"), "user", None)
        if isinstance(user, User):
            fields["unit"].queryset = reached(user, VIEW_REPORT, Unit.objects.all(), "code")
        return fields


class ReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The annual reports that you have requested."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW_REPORT]
    serializer_class = ReportSerializer
    queryset = ReportRequest.objects.none()

    def get_queryset(self) -> QuerySet[ReportRequest]:
        return reports_of(self.request.user) if isinstance(self.request.user, User) else super().get_queryset()

    def create(self, request: Request) -> Response:
        """Request the report of ``unit`` for ``year``; it is created in the background."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = workflow.ask(asked.validated_data["unit"], asked.validated_data["year"], by=request.user)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=A_FILE)
    @action(detail=True)
    def file(self, request: Request, pk: int) -> FileResponse:
        """The workbook, once it is ready."""
        return serve(workflow.fetch(self.get_object(), by=request.user))

    @extend_schema(responses=A_FILE)
    @action(detail=True)
    def words(self, request: Request, pk: int) -> FileResponse:
        """The written report as a Word document, once it is ready."""
        return serve(workflow.fetch(self.get_object(), by=request.user, words=True))
