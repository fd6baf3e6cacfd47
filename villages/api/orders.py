"""Orders over the API: merge, split and rename, with a preview before they are carried out."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from records.validated_input import sent
from villages import workflow
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import MANAGE, OrderPaper, SplitPart, looked_at


class UnitSuccessionSerializer(serializers.ModelSerializer):
    """`main`: open work passes to this unit."""

    class Meta:
        model = UnitSuccession
        fields = ["before", "name_before", "after", "name_after", "main"]


class ConsequenceSerializer(serializers.Serializer):
    unit = serializers.CharField()
    text = serializers.CharField()


class OrderSerializer(serializers.ModelSerializer):
    """`id` is null for an order that was only previewed; `consequences`: what follows for whom, in words."""

    id = serializers.IntegerField(allow_null=True, read_only=True)
    passages = serializers.SerializerMethodField()
    consequences = ConsequenceSerializer(many=True)

    class Meta:
        model = ReorganizationOrder
        fields = ["id", "kind", "document", "on", "reason", "posts_pass", "at", "passages", "consequences"]
        read_only_fields = fields

    @extend_schema(responses=UnitSuccessionSerializer(many=True))
    def get_passages(self, order: ReorganizationOrder) -> list[dict[str, Any]]:
        passed = order.passed if hasattr(order, "passed") else order.successions.all()
        return UnitSuccessionSerializer(passed, many=True).data


class PartSerializer(serializers.Serializer):
    """A unit that continues or is created: `name` if it is new or renamed."""

    code = serializers.CharField(max_length=12)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class PaperSerializer(serializers.Serializer):
    """`preview`: say what would follow, and change nothing."""

    document = serializers.CharField(max_length=200)
    on = serializers.DateField()
    reason = serializers.CharField(max_length=2000)
    preview = serializers.BooleanField(default=False)


class PassingSerializer(PaperSerializer):
    posts_pass = serializers.BooleanField(
        default=False, help_text="The cadres of units that end go on in their successor"
    )


class MergeSerializer(PassingSerializer):
    """`into`: one of the units, which continues, or a new one."""

    units = serializers.ListField(child=serializers.CharField(max_length=12), min_length=1, max_length=50)
    into = PartSerializer()


class SplitSerializer(PassingSerializer):
    """`main`: the part that open work passes to."""

    unit = serializers.CharField(max_length=12)
    parts = PartSerializer(many=True, min_length=1, max_length=50)
    main = serializers.CharField(max_length=12)


class RenameSerializer(PaperSerializer):
    unit = serializers.CharField(max_length=12)
    name = serializers.CharField(max_length=100)


class OrderViewSet(viewsets.ReadOnlyModelViewSet):
    """The orders over units that you may give orders for, the latest first."""

    queryset = ReorganizationOrder.objects.all()
    serializer_class = OrderSerializer

    def get_queryset(self) -> QuerySet[ReorganizationOrder]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().touching(_reach(self.request)).prefetch_related("successions")

    @extend_schema(request=MergeSerializer, responses={200: OrderSerializer, 201: OrderSerializer})
    @action(detail=False, methods=["post"])
    def merge(self, request: Request) -> Response:
        """Merge several units into one."""
        _reach(request)
        given = sent(MergeSerializer, request)
        into = SplitPart(**given["into"])
        return _told(given, lambda: workflow.merge(given["units"], into, _paper(given), by=request.user))

    @extend_schema(request=SplitSerializer, responses={200: OrderSerializer, 201: OrderSerializer})
    @action(detail=False, methods=["post"])
    def split(self, request: Request) -> Response:
        """Split one unit into several."""
        _reach(request)
        given = sent(SplitSerializer, request)
        parts = [SplitPart(**part) for part in given["parts"]]
        return _told(given, lambda: workflow.split(given["unit"], parts, given["main"], _paper(given), by=request.user))

    @extend_schema(request=RenameSerializer, responses={200: OrderSerializer, 201: OrderSerializer})
    @action(detail=False, methods=["post"])
    def rename(self, request: Request) -> Response:
        """Rename a unit."""
        _reach(request)
        given = sent(RenameSerializer, request)
        return _told(given, lambda: workflow.rename(given["unit"], given["name"], _paper(given), by=request.user))


def _reach(request: Request) -> Any:
    """Where the reader may give orders; 404 for anyone who may not anywhere."""
    reach = request.user.reach(MANAGE)
    if not reach:
        raise NotFound
    return reach


def _paper(given: dict[str, Any]) -> OrderPaper:
    return OrderPaper(given["document"], given["on"], given["reason"], given.get("posts_pass", False))


def _told(given: dict[str, Any], carry_out: Callable[[], ReorganizationOrder]) -> Response:
    order = looked_at(carry_out, keep=not given["preview"])
    if given["preview"]:
        order.pk = None
    return Response(OrderSerializer(order).data, status=200 if given["preview"] else 201)
