"""Events and their papers over the API: the rules of the pages, through the same workflow."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached
from ratings.events.happening import Happening
from ratings.events.rectification import RectificationOrder
from ratings.models import Event, EventFile
from ratings.workflow import event as workflow
from ratings.workflow import event_files as files
from records.described_files import A_FILE
from records.files import serve
from records.idempotency import KEY, once
from records.validated_input import ExactFields, ExactSerializer, NoFields, sent
from villages.models import Unit


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

    ``closed``: the day on which it was rectified, where that is past.

    ``sure``: checked that it is concluded, announced and not classified, where its words suggest otherwise.
    """

    sure = serializers.BooleanField(write_only=True, required=False, default=False)
    person = serializers.CharField(write_only=True, required=False, default="", max_length=50)
    post = serializers.CharField(write_only=True, required=False, default="", max_length=100)
    reversed = serializers.DateField(source="reversal.on", read_only=True, default=None, allow_null=True)

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
        read_only_fields = ["rectification", "recorded_at"]
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


class EventPaperSerializer(serializers.ModelSerializer):
    """``commission``: for the discipline commission alone."""

    name = serializers.CharField(source="file.name")
    size = serializers.IntegerField(source="file.size")
    kind = serializers.CharField(source="file.kind")

    class Meta:
        model = EventFile
        fields = ["id", "name", "size", "kind", "commission", "at"]


class PaperSentSerializer(ExactSerializer):
    file = serializers.FileField()
    commission = serializers.BooleanField(default=True, help_text="For the discipline commission alone")


class DryRunQuery(serializers.Serializer):
    dry_run = serializers.BooleanField(required=False, default=False)


class EventCloseSerializer(ExactSerializer):
    on = serializers.DateField()
    reason = serializers.CharField()


class EventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, GenericViewSet):
    """Events within reach."""

    permission_classes = [HasUnitPermission]
    needs = ["ratings.view_event"]
    needs_for = dict.fromkeys(["create", "close", "release", "attach", "detach"], ["ratings.record_event"])
    serializer_class = UnitEventSerializer
    queryset = Event.objects.select_related("reversal")
    filterset_fields = ["unit", "kind", "held"]

    def get_queryset(self) -> QuerySet[Event]:
        if self.action in ("list", "retrieve", "papers", "paper"):
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
        happening, _sure = _happening(sent(self.get_serializer_class(), request))
        return Response(EventAheadSerializer(workflow.look_ahead(happening, by=request.user)).data)

    def perform_create(self, serializer: UnitEventSerializer) -> None:
        happening, sure = _happening(serializer.validated_data)
        serializer.instance = workflow.record(happening, by=self.request.user, sure=sure)

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

    @extend_schema(responses=EventPaperSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def papers(self, request: Request, pk: str) -> Response:
        """Its papers that you may see."""
        return Response(EventPaperSerializer(self._papers(), many=True).data)

    @extend_schema(
        request={"multipart/form-data": PaperSentSerializer}, responses={201: EventPaperSerializer}, parameters=[KEY]
    )
    @papers.mapping.post
    def attach(self, request: Request, pk: str) -> Response:
        """Attach a paper."""
        event, given = self.get_object(), sent(PaperSentSerializer, request)

        def act() -> Response:
            paper = files.attach(event, given["file"], commission=given["commission"], by=request.user)
            return Response(EventPaperSerializer(paper).data, status=status.HTTP_201_CREATED)

        return once(request, act)

    @extend_schema(responses=A_FILE)
    @action(detail=True, url_path="papers/(?P<file>[0-9]{1,18})")
    def paper(self, request: Request, pk: str, file: str) -> FileResponse:
        """The bytes of a paper."""
        return serve(get_object_or_404(self._papers(), pk=file).file)

    @extend_schema(responses={204: None})
    @paper.mapping.delete
    def detach(self, request: Request, pk: str, file: str) -> Response:
        """Take a paper off the event."""
        files.detach(get_object_or_404(self._papers(), pk=file), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _papers(self) -> QuerySet[EventFile]:
        event = self.get_object()
        return EventFile.objects.seen_by(self.request.user).filter(event=event).select_related("file")

    def _told(self, event: Event) -> Response:
        return Response(self.get_serializer(event).data, status=status.HTTP_200_OK)


def _happening(given: Mapping[str, Any]) -> tuple[Happening, bool]:
    """What a program sent, and whether it is sure of its words."""
    plain = dict(given)
    accountable, days, checker = (plain.pop(name, None) for name in ("accountable", "rectify_within", "checker"))
    sure = plain.pop("sure", False)
    order = RectificationOrder(accountable or plain["unit"], days, checker or Event.Checker.RECORDER) if days else None
    return Happening(**plain, rectification=order), sure
