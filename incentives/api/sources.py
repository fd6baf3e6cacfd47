"""Policies and funds over the API: their steps are the functions of ``incentives.workflow``."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from incentives import workflow
from incentives.api.source_serializers import (
    AttachmentSerializer,
    DisbursementSerializer,
    DraftSerializer,
    FundDraftSerializer,
    FundSerializer,
    HandOverSerializer,
    OpinionAnswerSerializer,
    OpinionSerializer,
    PolicyDraftSerializer,
    PolicySerializer,
    TakeBackSerializer,
)
from incentives.models import ProjectFund, RewardPolicy, Source
from incentives.models.lifecycle import STEPS, WRITE_OWN
from incentives.workflow.actions import open_to
from records.described_files import A_FILE
from records.files import serve
from records.validated_input import NoFields, sent


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

    @extend_schema(responses=A_FILE)
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
