"""Appeals over the API: a signer makes one, the office above convenes, who was convened decides."""

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

from accounts.authority import reached
from accounts.holding import Holding
from accounts.models import User
from ratings.models import Decision
from records.refusals import Incomplete
from records.sent import sent
from reviews.api.deciding import DecisionSerializer
from reviews.hearing import APPEAL, CONVENE, HEAR, SHOWN, appeals_for
from reviews.models import Appeal
from reviews.workflow import appeals
from reviews.workflow.appeals import Corrected


class AppealSerializer(serializers.ModelSerializer):
    """``hearers`` are user names."""

    hearers = serializers.SerializerMethodField()

    class Meta:
        model = Appeal
        fields = [
            "id",
            "application",
            "decision",
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


class MakeAppealSerializer(serializers.Serializer):
    """``application``: the id of the one whose result is appealed."""

    application = serializers.IntegerField()
    reasons = serializers.CharField(max_length=5000)


class HearersSerializer(serializers.Serializer):
    hearers = serializers.ListField(child=serializers.CharField(max_length=150))


class AppealAnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=5000)


class AppealCorrectionSerializer(serializers.Serializer):
    criterion = serializers.CharField(max_length=20)
    points = serializers.DecimalField(max_digits=8, decimal_places=2)
    reason = serializers.CharField(max_length=2000)


class UpholdAppealSerializer(AppealAnswerSerializer):
    star = serializers.IntegerField(min_value=0, max_value=9)
    document = serializers.CharField(max_length=100)
    corrections = AppealCorrectionSerializer(many=True, default=list)


class AppealViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The appeals of the own village, of the level that convenes, and those one hears."""

    permission_classes = [Holding]
    needs = [APPEAL, *CONVENE, *HEAR]
    needs_for = {"create": [APPEAL], "convene": CONVENE, "dismiss": HEAR, "uphold": HEAR}
    serializer_class = AppealSerializer
    queryset = Appeal.objects.all()
    filterset_fields = ["state", "unit"]

    def get_queryset(self) -> QuerySet[Appeal]:
        return appeals_for(self.request.user).prefetch_related("hearers__user").order_by("-pk")

    @extend_schema(request=MakeAppealSerializer, responses={201: AppealSerializer})
    def create(self, request: Request) -> Response:
        """Appeal the result of an application of the own village."""
        given = sent(MakeAppealSerializer, request)
        seen = Decision.objects.filter(application=given["application"], state__in=SHOWN)
        decision = reached(request.user, APPEAL, seen).order_by("-pk").first()
        if decision is None:
            raise NotFound
        appeal = appeals.make_appeal(decision, reasons=given["reasons"], by=request.user)
        return Response(AppealSerializer(appeal).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=HearersSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def convene(self, request: Request, pk: Any = None) -> Response:
        """Who hears the appeal, by user name; they take the place of those convened before."""
        appeal, names = self.get_object(), sent(HearersSerializer, request)["hearers"]
        found = list(User.objects.filter(username__in=names))
        if len(found) != len(set(names)):
            raise Incomplete(_("Only people who may hear appeals here can be convened."))
        appeals.convene(appeal, found, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=AppealAnswerSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: Any = None) -> Response:
        appeals.dismiss(self.get_object(), **sent(AppealAnswerSerializer, request), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=UpholdAppealSerializer, responses={201: DecisionSerializer})
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, pk: Any = None) -> Response:
        """The new decision, in force at once."""
        appeal, given = self.get_object(), sent(UpholdAppealSerializer, request)
        corrections = [Corrected(**one) for one in given.pop("corrections")]
        decision = appeals.uphold(appeal, **given, corrections=corrections, by=request.user)
        return Response(DecisionSerializer(decision).data, status=status.HTTP_201_CREATED)
