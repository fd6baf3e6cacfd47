"""The panel's settlements over the API: read and signed by the panel and its office."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from records.validated_input import ExactSerializer, sent
from reviews.models import Addendum, Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS, permissions
from reviews.workflow import settlements
from villages.models import below_any


class AddendumSerializer(serializers.ModelSerializer):
    class Meta:
        model = Addendum
        fields = ["note", "reason", "at"]


class SettlementSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="application.unit_id", read_only=True)
    addenda = AddendumSerializer(many=True, read_only=True)

    class Meta:
        model = Settlement
        fields = ["id", "application", "unit", "stage", "criterion", "spread", "note", "at", "superseded_at", "addenda"]


class NoteSerializer(ExactSerializer):
    note = serializers.CharField(max_length=5000)


class AddingSerializer(NoteSerializer):
    reason = serializers.CharField(max_length=2000)


class SettlementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The spreads where you convene the panel, or have handed in a sheet and all sheets are in."""

    permission_classes = [HasUnitPermission]
    needs = permissions("convene", "score")
    serializer_class = SettlementSerializer
    queryset = Settlement.objects.all()
    filterset_fields = ["application", "stage", "criterion"]

    def get_queryset(self) -> QuerySet[Settlement]:
        user, visible = self.request.user, Settlement.objects.none()
        sheets = Sheet.objects.filter(application=OuterRef("application"), stage=OuterRef("stage"))
        own = Exists(sheets.filter(reviewer=user, state=Sheet.State.HANDED_IN))
        waiting = Exists(sheets.filter(state=Sheet.State.OPEN))
        for review_level in REVIEW_LEVELS.values():
            at_stage = Settlement.objects.filter(stage=review_level.stage)
            if codes := user.reach(review_level.permission("convene")):
                visible = visible | at_stage.filter(below_any(codes, "application__unit_id"))
            if codes := user.reach(review_level.permission("score")):
                visible = visible | at_stage.filter(below_any(codes, "application__unit_id")).filter(own, ~waiting)
        return visible.select_related("application").prefetch_related("addenda").order_by("pk")

    @extend_schema(request=NoteSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: Any = None) -> Response:
        settlement, given = self.get_object(), sent(NoteSerializer, request)
        settlements.settle(settlement, **given, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=AddingSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def add(self, request: Request, pk: Any = None) -> Response:
        """Add to a signed note."""
        settlement, given = self.get_object(), sent(AddingSerializer, request)
        settlements.add(settlement, **given, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
