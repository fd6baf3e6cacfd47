"""Appeals over the API: a signer makes one, the office above convenes, the hearers decide."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.authority import reached
from accounts.models import User
from ratings.models import Application, Decision, Event
from records.refusals import Incomplete
from records.validated_input import ExactSerializer, sent
from reviews.api.deciding import DecisionSerializer
from reviews.appeals.appeal_rules import appeals_for
from reviews.appeals.appealable import Appealable, of_closing, of_event, of_rejection
from reviews.models import Appeal
from reviews.models.lifecycle import APPEAL, APPEAL_STEPS, CONVENE, HEAR
from reviews.workflow import appeals
from reviews.workflow.appeals import CorrectedPoints
from villages.models import Unit, descendants


class AppealSerializer(serializers.ModelSerializer):
    """``hearers`` are user names."""

    hearers = serializers.SerializerMethodField()

    class Meta:
        model = Appeal
        fields = [
            "id",
            "application",
            "decision",
            "event",
            "unit",
            "reasons",
            "made_at",
            "state",
            "hearers",
            "answer",
            "answered_at",
        ]

    def get_hearers(self, appeal: Appeal) -> list[str]:
        return [hearer.user.username for hearer in appeal.hearers.all()]


class MakeAppealSerializer(ExactSerializer):
    """The subject of the appeal, by id: the result (or rejection) of an ``application``, the effects of an ``event``,
    or a closing's ``decision`` of no star. Exactly one of them."""

    application = serializers.IntegerField(required=False)
    event = serializers.IntegerField(required=False)
    decision = serializers.IntegerField(required=False)
    reasons = serializers.CharField(max_length=5000)


class HearersSerializer(ExactSerializer):
    hearers = serializers.ListField(child=serializers.CharField(max_length=150))


class AppealAnswerSerializer(ExactSerializer):
    answer = serializers.CharField(max_length=5000)


class AppealCorrectionSerializer(ExactSerializer):
    criterion = serializers.CharField(max_length=20)
    points = serializers.DecimalField(max_digits=8, decimal_places=2)
    reason = serializers.CharField(max_length=2000)


class ReverseSerializer(AppealAnswerSerializer):
    document = serializers.CharField(max_length=100)


class UpholdAppealSerializer(AppealAnswerSerializer):
    star = serializers.IntegerField(min_value=0, max_value=9)
    document = serializers.CharField(max_length=100)
    corrections = AppealCorrectionSerializer(many=True, default=list)


class AppealViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The appeals of your own village, of the level for which you convene, and those that you hear."""

    permission_classes = [HasUnitPermission]
    needs = [APPEAL, *CONVENE, *HEAR]
    needs_for = APPEAL_STEPS.rights_by_name
    serializer_class = AppealSerializer
    queryset = Appeal.objects.all()
    filterset_fields = ["state", "unit"]

    def get_queryset(self) -> QuerySet[Appeal]:
        return appeals_for(self.request.user).prefetch_related("hearers__user").order_by("-pk")

    @extend_schema(request=MakeAppealSerializer, responses={201: AppealSerializer})
    def create(self, request: Request) -> Response:
        """Appeal a result of your own village."""
        given = sent(MakeAppealSerializer, request)
        words = {"reasons": given.pop("reasons"), "by": request.user}
        if len(given) != 1:
            raise Incomplete(_("Please name one thing that is appealed."))
        subject = _named(request.user, **given)
        appeal = (
            appeals.appeal_subject(subject, **words)
            if isinstance(subject, Appealable)
            else appeals.make_appeal(subject, **words)
        )
        return Response(AppealSerializer(appeal).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=HearersSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def convene(self, request: Request, pk: Any = None) -> Response:
        """Set who hears the appeal, by user name; they replace those convened before."""
        appeal, names = self.get_object(), sent(HearersSerializer, request)["hearers"]
        hearers = list(User.objects.filter(username__in=names))
        if len(hearers) != len(set(names)):
            raise Incomplete(_("Only people who may hear appeals here can be convened."))
        appeals.convene(appeal, hearers, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=AppealAnswerSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: Any = None) -> Response:
        appeals.dismiss(self.get_object(), **sent(AppealAnswerSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=UpholdAppealSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, pk: Any = None) -> Response:
        """Replace the released decision with a new one, in force at once."""
        appeal, given = self.get_object(), sent(UpholdAppealSerializer, request)
        corrections = [CorrectedPoints(**one) for one in given.pop("corrections")]
        decision = appeals.uphold(appeal, **given, corrections=corrections, by=request.user)
        return Response(DecisionSerializer(decision).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReverseSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def reverse(self, request: Request, pk: Any = None) -> Response:
        """Uphold an appeal that is not about a released decision: the appealed step no longer has effect."""
        appeals.reverse(self.get_object(), **sent(ReverseSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _named(
    user: User, application: int | None = None, event: int | None = None, decision: int | None = None
) -> Appealable | Decision:
    """The subject of the appeal, given by one id. Raises ``NotFound`` where it is not the village's own, or not
    visible."""
    if event is not None:
        happened = Event.objects.seen_by(user).select_related("unit").filter(pk=event).first()
        units = Unit.objects.filter(pk__in=descendants([happened.unit_id]) if happened else [])
        unit = reached(user, APPEAL, units, field="code").first()
        if unit is None:
            raise NotFound
        return of_event(happened, unit)
    if decision is not None:
        closings = Decision.objects.filter(pk=decision, origin=Decision.Origin.CLOSING)
        subject = reached(user, APPEAL, closings).first()
        if subject is None:
            raise NotFound
        return of_closing(subject)
    rejected = Application.objects.filter(pk=application, state=Application.State.REJECTED)
    if own := reached(user, APPEAL, rejected).first():
        return of_rejection(own)
    seen = Decision.objects.filter(application=application, state__in=Decision.State.PUBLISHED)
    subject = reached(user, APPEAL, seen).order_by("-pk").first()
    if subject is None:
        raise NotFound
    return subject
