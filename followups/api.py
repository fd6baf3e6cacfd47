"""Follow-ups over the API: those within reach, their proofs, and the steps of who does and who checks them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from followups import workflow
from followups.models import FollowUp, FollowUpFile
from followups.models.followup import VIEW
from followups.models.lifecycle import ANSWER
from records.deadlines import end_of
from records.described_files import A_FILE
from records.files import serve
from records.idempotency import KEY, once
from records.validated_input import ExactSerializer, NoFields, sent


class FollowUpFileSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="file.name")
    size = serializers.IntegerField(source="file.size")
    kind = serializers.CharField(source="file.kind")

    class Meta:
        model = FollowUpFile
        fields = ["id", "name", "size", "kind", "added_at"]


class FollowUpSerializer(serializers.ModelSerializer):
    """``subject``: what it is about, within its ``kind`` (of a rectification, the event)."""

    text = serializers.CharField()
    unit_name = serializers.CharField(source="unit.name")
    late = serializers.BooleanField(source="is_late")

    class Meta:
        model = FollowUp
        fields = [
            "id",
            "kind",
            "subject",
            "text",
            "unit",
            "unit_name",
            "responsible_unit",
            "responsible_role",
            "checker_unit",
            "checker_role",
            "due_at",
            "late",
            "state",
            "report",
            "reported_at",
            "reason",
            "closed_at",
        ]


class FollowUpDetailSerializer(FollowUpSerializer):
    files = FollowUpFileSerializer(many=True)
    actions = serializers.SerializerMethodField(help_text="The steps that you may take now")

    class Meta(FollowUpSerializer.Meta):
        fields = [*FollowUpSerializer.Meta.fields, "files", "actions"]

    def get_actions(self, followup: FollowUp) -> list[str]:
        return [step.verb for step in workflow.available(self.context["request"].user, followup)]


class FollowUpReportSerializer(ExactSerializer):
    report = serializers.CharField(max_length=5000)
    files = serializers.ListField(
        child=serializers.FileField(), default=list, max_length=workflow.MOST_FILES, help_text="Proofs"
    )


class SendBackSerializer(ExactSerializer):
    reason = serializers.CharField(max_length=2000)
    due = serializers.DateField(default=None, allow_null=True, help_text="A new last day; without one the old stays")


class FollowUpViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Follow-ups within reach, what is due first at the top."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    needs_for = dict.fromkeys(["progress", "report", "accept", "send_back"], [ANSWER])
    serializer_class = FollowUpSerializer
    queryset = FollowUp.objects.select_related("unit")
    filterset_fields = ["kind", "subject", "unit", "state"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[FollowUp]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().seen_by(self.request.user)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return FollowUpSerializer if self.action == "list" else FollowUpDetailSerializer

    @extend_schema(responses=A_FILE)
    @action(detail=True, url_path="files/(?P<file>[0-9]{1,18})")
    def file(self, request: Request, pk: str, file: str) -> FileResponse:
        """The bytes of a proof."""
        return serve(get_object_or_404(self.get_object().files.select_related("file"), pk=file).file)

    @extend_schema(
        request={"multipart/form-data": FollowUpReportSerializer}, responses=FollowUpDetailSerializer, parameters=[KEY]
    )
    @action(detail=True, methods=["post"])
    def progress(self, request: Request, pk: str) -> Response:
        """Report how far it has come, with files; it stays to be done."""
        return self._step("progress_followup", FollowUpReportSerializer, workflow.report_progress)

    @extend_schema(
        request={"multipart/form-data": FollowUpReportSerializer}, responses=FollowUpDetailSerializer, parameters=[KEY]
    )
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str) -> Response:
        """Report it done, with files as proof; somebody else checks it."""
        return self._step("report_followup", FollowUpReportSerializer, workflow.report_done)

    @extend_schema(request=None, responses=FollowUpDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Checked and found right."""
        return self._step("accept_followup", NoFields, workflow.accept)

    @extend_schema(request=SendBackSerializer, responses=FollowUpDetailSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: str) -> Response:
        """Checked and not found right, for a reason."""
        return self._step("send_back_followup", SendBackSerializer, _sent_back)

    def _step(self, verb: str, body: type[serializers.BaseSerializer], take: Callable[..., FollowUp]) -> Response:
        one = self.get_object()
        workflow.require_right(verb, self.request.user, one)  # whatever was sent
        given = sent(body, self.request)
        return once(self.request, lambda: self._told(take(one, by=self.request.user, **given)))

    def _told(self, one: FollowUp) -> Response:
        return Response(self.get_serializer(one).data)


def _sent_back(one: FollowUp, *, due: date | None, **given: Any) -> FollowUp:
    return workflow.send_back(one, due_at=end_of(due) if due else None, **given)


router = SimpleRouter()
router.register("follow-ups", FollowUpViewSet, basename="api-followup")
urlpatterns = router.urls
