"""Panels and score sheets over the API: a reviewer reaches only their own sheets."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api_permission import HasUnitPermission
from accounts.models import User
from ratings.api.fields import FigureField
from ratings.models import Cycle, Stage
from records.validated_input import ExactSerializer, sent
from reviews.models import FieldPhoto, Panel, Sheet, SheetEntry
from reviews.models.review_levels import REVIEW_LEVELS, permissions
from reviews.sheets.scores import ScoreEntry
from reviews.workflow import panels, photos, sheets, visits
from villages.models import Unit, below_any

REVIEW_STAGES = [(stage.value, stage.label) for stage in Stage if stage in REVIEW_LEVELS]


class PanelSerializer(serializers.ModelSerializer):
    """``reviewers`` are user names; a panel with a ``group`` scores the units (codes) that it ``covers``."""

    reviewers = serializers.SlugRelatedField("username", many=True, read_only=True)

    class Meta:
        model = Panel
        fields = ["id", "cycle", "unit", "stage", "group", "covers", "reviewers"]


class ConveneSerializer(ExactSerializer):
    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.none())
    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.none(), pk_field=serializers.CharField())
    stage = serializers.ChoiceField(REVIEW_STAGES)
    reviewers = serializers.ListField(child=serializers.CharField(max_length=150), max_length=100)
    group = serializers.CharField(max_length=50, required=False, default="", allow_blank=True)
    covers = serializers.ListField(child=serializers.CharField(max_length=12), required=False, default=list)
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """Cycles and units out of reach are treated as if they did not exist; so are people, in ``create``."""
        fields = super().get_fields()
        user = getattr(self.context.get("request"), "user", None)
        if isinstance(user, User):
            codes = {code for permission in permissions("convene") for code in user.reach(permission)}
            fields["cycle"].queryset = Cycle.objects.reaching(codes)
            fields["unit"].queryset = Unit.objects.within_any(codes)
        return fields


class PanelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """The panels where you convene, decide or sit."""

    permission_classes = [HasUnitPermission]
    needs = permissions("convene", "decide", "score")
    needs_for = {"create": permissions("convene")}
    serializer_class = PanelSerializer
    queryset = Panel.objects.all()

    def get_queryset(self) -> QuerySet[Panel]:
        user = self.request.user
        visible = Panel.objects.filter(pk__in=Panel.objects.filter(reviewers=user).values("pk"))
        for review_level in REVIEW_LEVELS.values():
            codes = {code for verb in ("convene", "decide") for code in user.reach(review_level.permission(verb))}
            if codes:
                visible = visible | Panel.objects.filter(below_any(codes, "unit_id"), stage=review_level.stage)
        return visible.prefetch_related("reviewers").order_by("pk")

    @extend_schema(request=ConveneSerializer, responses=PanelSerializer)
    def create(self, request: Request) -> Response:
        given = sent(ConveneSerializer, request)
        asked = dict(given)
        panels.may_convene(asked["cycle"], asked["unit"], asked["stage"], request.user)
        asked["reviewers"] = panels.reviewers_named(asked["reviewers"], asked["unit"], asked["stage"])
        panel = panels.convene(**asked, by=request.user)
        return Response(PanelSerializer(panel).data)


class SheetEntrySerializer(serializers.ModelSerializer):
    value = FigureField()

    class Meta:
        model = SheetEntry
        fields = ["item", "value", "reason"]


class SheetSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="application.unit_id", read_only=True)
    entries = SheetEntrySerializer(many=True, read_only=True)

    class Meta:
        model = Sheet
        fields = ["id", "application", "unit", "stage", "state", "handed_in_at", "reason", "entries"]


class SheetEntriesSerializer(serializers.Serializer):
    entries = SheetEntrySerializer(many=True)


class TypedSerializer(ExactSerializer):
    item = serializers.CharField(
        max_length=60, help_text="A field of the form: v.1.1.a, why.1.1, how.1.1 (agree, change)"
    )
    typed = serializers.CharField(allow_blank=True, max_length=2000)
    seen = serializers.CharField(allow_null=True, allow_blank=True, default=None, help_text="The version that you saw")
    sent = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        default=tuple,
        max_length=20,
        help_text="What you have sent for this field without hearing back",
    )


class TypedFieldsSerializer(ExactSerializer):
    answers = TypedSerializer(many=True)


class FieldKeptSerializer(serializers.Serializer):
    item = serializers.CharField()
    problem = serializers.CharField()
    refused = serializers.BooleanField(help_text="Not kept: what was typed for its criterion is not whole or right yet")


class PhotoSentSerializer(ExactSerializer):
    criterion = serializers.CharField(max_length=20)
    file = serializers.FileField()


class PhotoSerializer(serializers.ModelSerializer):
    file_name = serializers.CharField(source="file.name", read_only=True)

    class Meta:
        model = FieldPhoto
        fields = ["id", "criterion", "file_name"]


class TieSerializer(ExactSerializer):
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class VerdictReasonSerializer(ExactSerializer):
    reason = serializers.CharField(max_length=2000)


class SheetViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Your own sheets, never those of others."""

    permission_classes = [HasUnitPermission]
    needs = permissions("score")
    serializer_class = SheetSerializer
    queryset = Sheet.objects.all()
    filterset_fields = ["application", "stage", "state"]

    def get_queryset(self) -> QuerySet[Sheet]:
        user, visible = self.request.user, Sheet.objects.none()
        for review_level in REVIEW_LEVELS.values():
            if codes := user.reach(review_level.permission("score")):
                own = Sheet.objects.filter(
                    below_any(codes, "application__unit_id"), stage=review_level.stage, reviewer=user
                )
                visible = visible | own
        return visible.select_related("application").prefetch_related("entries").order_by("pk")

    @extend_schema(request=SheetEntriesSerializer, responses=SheetSerializer)
    @action(detail=True, methods=["put"])
    def entries(self, request: Request, pk: Any = None) -> Response:
        """Save entries; errors are reported by item, and then nothing is saved."""
        sheet, given = self.get_object(), sent(SheetEntriesSerializer, request)
        said = {e["item"]: ScoreEntry(e["value"], e.get("reason", "")) for e in given["entries"]}
        sheets.save(sheet, said, by=request.user)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=TypedFieldsSerializer, responses=FieldKeptSerializer(many=True))
    @action(detail=True, methods=["post"], pagination_class=None, filterset_fields=None)
    def typed(self, request: Request, pk: Any = None) -> Response:
        """Save what was typed on the spot, criterion by criterion, as far as it is complete and valid."""
        sheet, given = self.get_object(), sent(TypedFieldsSerializer, request)["answers"]
        fields = {of["item"]: visits.TypedField(of["typed"], of["seen"], tuple(of["sent"])) for of in given}
        asked = visits.by_criterion(sheet, fields)
        saved = visits.keep(sheet, asked, by=request.user)
        problems = {name: saved[code].problem if code in saved else "" for code, of in asked.items() for name in of}
        rows = [{"item": name, "problem": problem, "refused": bool(problem)} for name, problem in problems.items()]
        return Response(FieldKeptSerializer(rows, many=True).data)

    @extend_schema(request={"multipart/form-data": PhotoSentSerializer}, responses={201: PhotoSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def photos(self, request: Request, pk: Any = None) -> Response:
        """Attach a photo taken on the spot to a criterion; idempotent for the same photo."""
        sheet, given = self.get_object(), sent(PhotoSentSerializer, request)
        photo = photos.attach(sheet, given["criterion"], given["file"], by=request.user)
        return Response(PhotoSerializer(photo).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def hand_in(self, request: Request, pk: Any = None) -> Response:
        sheets.hand_in(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=VerdictReasonSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def abstain(self, request: Request, pk: Any = None) -> Response:
        sheet, given = self.get_object(), sent(VerdictReasonSerializer, request)
        sheets.abstain(sheet, by=request.user, reason=given["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=TieSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def recuse(self, request: Request, pk: Any = None) -> Response:
        sheet, given = self.get_object(), sent(TieSerializer, request)
        sheets.recuse(sheet, by=request.user, reason=given["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)
