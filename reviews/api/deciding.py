"""Decisions and batches over the API: unreleased ones are visible only to their office."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached
from ratings.application.access import VIEW
from ratings.disclosure import shown_state
from ratings.models import Application, Cycle, Decision
from records.validated_input import ExactSerializer, sent
from reviews.api.scoring import REVIEW_STAGES, VerdictReasonSerializer
from reviews.decisions.visibility import decisions_for, own_batches
from reviews.models import Batch
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel, permissions, review_level_of
from reviews.workflow import batches, decisions
from villages.models import Unit, county_of


class DecisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Decision
        fields = ["id", "unit", "application", "year", "star", "total", "origin", "state", "document", "reason", "on"]


class DecisionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Decisions within reach: released ones, and those of your own office before their release."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    serializer_class = DecisionSerializer
    queryset = Decision.objects.all()
    filterset_fields = ["unit", "year", "star", "state", "origin"]

    def get_queryset(self) -> QuerySet[Decision]:
        return decisions_for(self.request.user).order_by("unit", "pk")


class VerdictSerializer(ExactSerializer):
    star = serializers.IntegerField(min_value=0, max_value=9)
    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


@extend_schema(request=VerdictSerializer, responses={204: None})
class VerdictViewSet(GenericViewSet):
    """What may be done with an application (by id) that is under review."""

    permission_classes = [HasUnitPermission]
    needs = permissions("decide")
    queryset = Application.objects.all()
    serializer_class = VerdictSerializer
    pagination_class = None

    def get_queryset(self) -> QuerySet[Application]:
        return reached(self.request.user, VIEW, Application.objects.all())

    def get_object(self) -> Application:
        """The application, where the reader decides at the level that it is visible to be at, or that has decided;
        for others it does not exist, whatever they send."""
        application = super().get_object()
        review_level = review_level_of(shown_state(self.request.user, application)) or _level_that_decided(application)
        levels = [review_level] if review_level else REVIEW_LEVELS.values()
        if not any(self.request.user.has_perm(level.permission("decide"), application) for level in levels):
            raise NotFound
        return application

    @extend_schema(responses=DecisionSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: Any = None) -> Response:
        application = self.get_object()
        decision = decisions.decide(application, **sent(VerdictSerializer, request), by=request.user)
        return Response(DecisionSerializer(decision).data, status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def recommend(self, request: Request, pk: Any = None) -> Response:
        decisions.recommend(self.get_object(), **sent(VerdictSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=VerdictReasonSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: Any = None) -> Response:
        decisions.reject(self.get_object(), **sent(VerdictReasonSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=VerdictReasonSerializer)
    @action(detail=True, methods=["post"])
    def send_back(self, request: Request, pk: Any = None) -> Response:
        decisions.send_back(self.get_object(), **sent(VerdictReasonSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=VerdictReasonSerializer)
    @action(detail=True, methods=["post"])
    def reconsider(self, request: Request, pk: Any = None) -> Response:
        decisions.reconsider(self.get_object(), **sent(VerdictReasonSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _level_that_decided(application: Application) -> ReviewLevel | None:
    last = application.decisions.order_by("-pk").first()
    return REVIEW_LEVELS.get(last.origin) if last else None


class BatchSerializer(serializers.ModelSerializer):
    decisions = serializers.SlugRelatedField("decision_id", source="entries", many=True, read_only=True)

    class Meta:
        model = Batch
        fields = [
            "id",
            "cycle",
            "unit",
            "stage",
            "state",
            "met_on",
            "document",
            "minutes",
            "released_at",
            "first_day",
            "last_day",
            "confirms_on",
            "decisions",
        ]


class ReleaseSerializer(ExactSerializer):
    """``decisions``: ids of those that the batch must contain to be released; when absent, whatever it contains."""

    decisions = serializers.ListField(child=serializers.IntegerField(), required=False)


class PrepareSerializer(ExactSerializer):
    """``decided``: ids of decisions; when absent, all that are waiting."""

    cycle = serializers.IntegerField()
    unit = serializers.CharField(max_length=12)
    stage = serializers.ChoiceField(REVIEW_STAGES)
    met_on = serializers.DateField()
    document = serializers.CharField(max_length=100)
    minutes = serializers.CharField(max_length=20000, allow_blank=True, default="")
    decided = serializers.ListField(child=serializers.IntegerField(), required=False, allow_empty=True)


class BatchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The batches of your own office."""

    permission_classes = [HasUnitPermission]
    needs = permissions("release", "decide")
    needs_for = {"create": permissions("release"), "release": permissions("release")}
    serializer_class = BatchSerializer
    queryset = Batch.objects.all()
    filterset_fields = ["cycle", "state"]

    def get_queryset(self) -> QuerySet[Batch]:
        return own_batches(self.request.user).prefetch_related("entries").order_by("-pk")

    @extend_schema(request=PrepareSerializer, responses={201: BatchSerializer})
    def create(self, request: Request) -> Response:
        given = sent(PrepareSerializer, request)
        data = dict(given)
        unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=data.pop("unit"))
        cycle = get_object_or_404(Cycle, pk=data.pop("cycle"), unit_id=county_of(unit.code))
        batch = batches.prepare(cycle, unit, data.pop("stage"), **data, by=request.user)
        return Response(BatchSerializer(batch).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReleaseSerializer, responses=BatchSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: Any = None) -> Response:
        batch, meant = self.get_object(), sent(ReleaseSerializer, request).get("decisions")
        batch = batches.release(batch, by=request.user, decided=meant)
        return Response(BatchSerializer(batch).data)
