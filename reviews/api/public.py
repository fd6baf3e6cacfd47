"""Public notices and objections over the API: reading and objecting need no account, answering does."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from accounts.api_permission import HasUnitPermission
from accounts.working_days import uncertainty
from ratings.models import Decision
from records.client_ip import address_of
from records.typed_codes import grouped, normalized
from records.validated_input import ExactSerializer, sent
from reviews.decisions.visibility import objections_for
from reviews.models import Batch, Objection
from reviews.models.review_levels import permissions
from reviews.results.public_notices import decisions_of, may_object_again, notices
from reviews.workflow import objections


class PublicDecisionSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="unit.name", read_only=True)

    class Meta:
        model = Decision
        fields = ["id", "unit", "name", "star", "total", "state"]


class PublicNoticeSerializer(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.name", read_only=True)
    year = serializers.IntegerField(source="cycle.year", read_only=True)
    size = serializers.IntegerField(read_only=True)
    uncertain = serializers.SerializerMethodField(
        help_text="Where the calendar of a year is provisional: the days may still move; else empty"
    )

    class Meta:
        model = Batch
        fields = [
            "id",
            "unit",
            "year",
            "stage",
            "document",
            "first_day",
            "last_day",
            "confirms_on",
            "uncertain",
            "size",
        ]

    def get_uncertain(self, batch: Batch) -> str:
        return uncertainty(batch.first_day, batch.confirms_on)


class PublicNoticeInFullSerializer(PublicNoticeSerializer):
    decisions = serializers.SerializerMethodField()

    class Meta(PublicNoticeSerializer.Meta):
        fields = [*PublicNoticeSerializer.Meta.fields, "decisions"]

    @extend_schema_field(PublicDecisionSerializer(many=True))
    def get_decisions(self, batch: Batch) -> list[dict[str, Any]]:
        return PublicDecisionSerializer(decisions_of(batch), many=True).data


class NoticeViewSet(ReadOnlyModelViewSet):
    """Released batches, open to anyone."""

    permission_classes = [AllowAny]
    queryset = Batch.objects.all()
    filterset_fields = ["unit", "stage"]

    def get_queryset(self) -> QuerySet[Batch]:
        return notices()

    def get_serializer_class(self) -> type[serializers.Serializer]:
        return PublicNoticeInFullSerializer if self.action == "retrieve" else PublicNoticeSerializer


class ObjectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Objection
        fields = ["id", "decision", "unit", "receipt", "name", "contact", "text", "made_at", "state", "answer"]


class MakeObjectionSerializer(serializers.Serializer):
    decision = serializers.IntegerField()
    text = serializers.CharField(max_length=5000)
    name = serializers.CharField(max_length=50, allow_blank=True, default="")
    contact = serializers.CharField(max_length=100, allow_blank=True, default="")
    photo = serializers.FileField(required=False, help_text="Sent as multipart/form-data")


class ReceiptSerializer(serializers.ModelSerializer):
    class Meta:
        model = Objection
        fields = ["receipt", "state", "answer"]


class ObjectionAnswerSerializer(ExactSerializer):
    answer = serializers.CharField(max_length=5000)


class ObjectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Anyone may make one; the people who answer them read and answer."""

    needs = permissions("answer_objection")
    serializer_class = ObjectionSerializer
    queryset = Objection.objects.all()
    filterset_fields = ["state", "unit"]

    def get_permissions(self) -> list:
        return [AllowAny()] if self.action in ("create", "by_receipt") else [HasUnitPermission()]

    def get_queryset(self) -> QuerySet[Objection]:
        return objections_for(self.request.user).order_by("-pk")

    @extend_schema(
        request={"application/json": MakeObjectionSerializer, "multipart/form-data": MakeObjectionSerializer},
        responses={201: ReceiptSerializer},
    )
    def create(self, request: Request) -> Response:
        """Object to a decision under public notice; the response contains the receipt."""
        given = sent(MakeObjectionSerializer, request)
        data = dict(given)
        noticed = Decision.objects.filter(state__in=Decision.State.PUBLISHED, batch_entry__isnull=False)
        decision = get_object_or_404(noticed, pk=data.pop("decision"))
        place = address_of(request)
        if not may_object_again(place):
            raise Throttled
        objection = objections.make_objection(decision, **data, place=place)
        return Response(ReceiptSerializer(objection).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ReceiptSerializer)
    @action(detail=False, url_path=r"by-receipt/(?P<receipt>[^/]{1,40})")
    def by_receipt(self, request: Request, receipt: str) -> Response:
        """The outcome of an objection, for somebody with its receipt."""
        return Response(ReceiptSerializer(get_object_or_404(Objection, receipt=grouped(normalized(receipt)))).data)

    @extend_schema(request=ObjectionAnswerSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: Any = None) -> Response:
        return self._answer(objections.dismiss)

    @extend_schema(request=ObjectionAnswerSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def uphold(self, request: Request, pk: Any = None) -> Response:
        return self._answer(objections.uphold)

    def _answer(self, step: Any) -> Response:
        objection, given = self.get_object(), sent(ObjectionAnswerSerializer, self.request)
        step(objection, by=self.request.user, answer=given["answer"])
        return Response(status=status.HTTP_204_NO_CONTENT)
