"""Honours over the API: rounds, nominations with their opinions, and whether villages may be honoured. Each step is a
function of ``honours.workflow``."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from honours.eligibility import words_of
from honours.forms import area_names
from honours.models import EligibilityAnswer, Nomination, Round, Selection
from honours.models.lifecycle import ASK, NOMINATE, OPINE, VIEW
from honours.workflow import nominating, selections
from honours.workflow.actions import available, require
from records.idempotency import KEY, once
from records.validated_input import ExactSerializer, sent
from villages.models import Unit, below_any

PK = "[0-9]{1,18}"


class RoundSerializer(serializers.ModelSerializer):
    class Meta:
        model = Round
        fields = ["id", "unit", "level", "name", "day", "min_star", "nominate_until", "valid_until", "quota", "barring"]
        fields += ["basis", "award", "state", "last_day", "named_on", "document"]


class NominationSerializer(serializers.ModelSerializer):
    unit_name = serializers.CharField(source="unit.name")
    actions = serializers.SerializerMethodField(help_text="The steps that you may take now")

    class Meta:
        model = Nomination
        fields = ["id", "round", "unit", "unit_name", "star", "grounds", "state", "reason", "by_rule", "nominated_at"]
        fields += ["actions"]

    def get_actions(self, nomination: Nomination) -> list[str]:
        return [step.verb for step in available(self.context["request"].user, nomination)]


class NominateSerializer(ExactSerializer):
    round = serializers.IntegerField()
    unit = serializers.CharField(max_length=12)
    grounds = serializers.CharField(max_length=5000)


class NominationOpinionSerializer(ExactSerializer):
    text = serializers.CharField(max_length=2000)


class SelectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Selection
        fields = ["id", "unit", "name", "asked_by", "basis", "on", "min_star", "years", "barring", "months", "areas"]


class EligibilitySerializer(serializers.ModelSerializer):
    """`conditions`: each with what it asks, what the village has, whether that is enough, and in words."""

    conditions = serializers.SerializerMethodField()

    class Meta:
        model = EligibilityAnswer
        fields = ["id", "selection", "unit", "eligible", "conditions", "purpose", "code", "at"]

    def get_conditions(self, answer: EligibilityAnswer) -> list[dict[str, Any]]:
        areas = area_names(answer.selection.unit_id)
        return [one | {"words": words_of(one, answer.selection, areas)} for one in answer.conditions]


class AskSerializer(ExactSerializer):
    selection = serializers.IntegerField()
    unit = serializers.CharField(max_length=12)
    purpose = serializers.CharField(max_length=200)


class RoundViewSet(ReadOnlyModelViewSet):
    """The rounds of model villages around your place, the latest first."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    serializer_class = RoundSerializer
    queryset = Round.objects.all()
    filterset_fields = ["unit", "level", "state"]
    lookup_value_regex = PK

    def get_queryset(self) -> QuerySet[Round]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return Round.objects.seen_by(self.request.user)


class NominationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The nominations within your reach."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    needs_for = {"create": [NOMINATE]} | dict.fromkeys(["support", "decline"], list(OPINE.values()))
    serializer_class = NominationSerializer
    queryset = Nomination.objects.select_related("unit", "round")
    filterset_fields = ["round", "unit", "state"]
    lookup_value_regex = PK

    def get_queryset(self) -> QuerySet[Nomination]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().seen_by(self.request.user)

    @extend_schema(request=NominateSerializer, responses={201: NominationSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Nominate your village in a round."""
        given = sent(NominateSerializer, request)
        round = get_object_or_404(Round.objects.seen_by(request.user), pk=given["round"])
        unit = get_object_or_404(Unit.objects.within_any(request.user.reach(NOMINATE)), code=given["unit"])
        return once(
            request,
            lambda: Response(
                self.get_serializer(nominating.nominate(round, unit, by=request.user, grounds=given["grounds"])).data,
                status=status.HTTP_201_CREATED,
            ),
        )

    @extend_schema(request=NominationOpinionSerializer, responses=NominationSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def support(self, request: Request, pk: str) -> Response:
        """Your level supports it."""
        return self._opinion("support_nomination", nominating.support)

    @extend_schema(request=NominationOpinionSerializer, responses=NominationSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Your level does not support it: it ends."""
        return self._opinion("decline_nomination", nominating.decline)

    def _opinion(self, verb: str, take: Callable[..., Nomination]) -> Response:
        one = self.get_object()
        require(verb, self.request.user, one)  # whatever was sent
        given = sent(NominationOpinionSerializer, self.request)
        return once(self.request, lambda: Response(self.get_serializer(take(one, by=self.request.user, **given)).data))


class SelectionViewSet(ReadOnlyModelViewSet):
    """The lists for honours around your place."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    serializer_class = SelectionSerializer
    queryset = Selection.objects.all()
    filterset_fields = ["unit"]
    lookup_value_regex = PK

    def get_queryset(self) -> QuerySet[Selection]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return Selection.objects.seen_by(self.request.user)


class EligibilityViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The answers given within your reach to "may this village be honoured?"."""

    permission_classes = [HasUnitPermission]
    needs = [VIEW]
    needs_for = {"create": [ASK]}
    serializer_class = EligibilitySerializer
    queryset = EligibilityAnswer.objects.select_related("selection")
    filterset_fields = ["selection", "unit", "eligible"]
    lookup_value_regex = PK

    def get_queryset(self) -> QuerySet[EligibilityAnswer]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().filter(below_any(self.request.user.reach(VIEW), "unit_id"))

    @extend_schema(request=AskSerializer, responses={201: EligibilitySerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Ask whether a village may be honoured; the answer is kept."""
        given = sent(AskSerializer, request)
        selection = get_object_or_404(Selection.objects.seen_by(request.user), pk=given["selection"])
        unit = get_object_or_404(Unit.objects.within_any(request.user.reach(ASK)), code=given["unit"])
        return once(
            request,
            lambda: Response(
                self.get_serializer(selections.answer(selection, unit, by=request.user, purpose=given["purpose"])).data,
                status=status.HTTP_201_CREATED,
            ),
        )


router = SimpleRouter()
router.register("honour-rounds", RoundViewSet, basename="api-honour-round")
router.register("nominations", NominationViewSet, basename="api-nomination")
router.register("honour-lists", SelectionViewSet, basename="api-honour-list")
router.register("eligibility-answers", EligibilityViewSet, basename="api-eligibility")
urlpatterns = router.urls
