"""Units over the API: those within one's reach, tagged and created as on the pages."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from records.validated_input import sent
from villages.api.figures import MOST, once_each
from villages.api.orders import ConsequenceSerializer
from villages.models import Level, Unit, UnitQuerySet, below
from villages.workflow import MANAGE, tag_units
from villages.workflow.making import KINDS, make
from villages.workflow.tagging import LONGEST_TAG, MOST_TAGS


class UnitSerializer(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ["code", "name", "level", "rated", "tags"]


class NewUnitSerializer(serializers.Serializer):
    """`above`: the township of a station, the city of a zone. Without a `code` it gets the next free one."""

    level = serializers.ChoiceField(choices=[(level.value, level.label) for level in KINDS])
    above = serializers.CharField(max_length=12)
    code = serializers.CharField(max_length=12, required=False, allow_blank=True, default="")
    name = serializers.CharField(max_length=100)


class TagsSerializer(serializers.Serializer):
    """The complete new list of tags."""

    unit = serializers.CharField(max_length=12)
    tags = serializers.ListField(child=serializers.CharField(max_length=LONGEST_TAG), max_length=MOST_TAGS)


class TaggingSerializer(serializers.Serializer):
    units = TagsSerializer(many=True, max_length=MOST)


class TaggedSerializer(serializers.Serializer):
    """How many units changed, and the consequences in words."""

    changed = serializers.IntegerField()
    follows = ConsequenceSerializer(many=True)


class UnitFilter(filters.FilterSet):
    """``within``: the unit of this code and everything below it; ``name``: part of the name; ``q``: as the page's
    search, part of a name, its pinyin or initials, or either end of a code."""

    within = filters.CharFilter(method="narrow")
    name = filters.CharFilter(lookup_expr="contains")
    q = filters.CharFilter(method="search", max_length=50)
    level = filters.ChoiceFilter(choices=Level)

    class Meta:
        model = Unit
        fields = ["level", "rated"]

    def narrow(self, units: UnitQuerySet, _name: str, code: str) -> UnitQuerySet:
        return units.filter(below(code))

    def search(self, units: UnitQuerySet, _name: str, typed: str) -> UnitQuerySet:
        return units.matching(typed)


class UnitViewSet(viewsets.ReadOnlyModelViewSet):
    """The units that you reach, by code."""

    queryset = Unit.objects.order_by("code")
    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    lookup_value_regex = "[0-9A-Z]+"

    def get_queryset(self) -> UnitQuerySet:
        return super().get_queryset().visible_to(self.request.user)

    @extend_schema(request=NewUnitSerializer, responses={201: UnitSerializer})
    def create(self, request: Request) -> Response:
        """Create a station or a development zone; idempotent."""
        if not any(request.user.reach(kind.permission) for kind in KINDS.values()):
            raise NotFound
        given = sent(NewUnitSerializer, request)
        made = make(KINDS[given.pop("level")], given["above"], given["code"], given["name"], by=request.user)
        return Response(UnitSerializer(made).data, status=201)

    @extend_schema(request=TaggingSerializer, responses=TaggedSerializer)
    @action(detail=False, methods=["post"])
    def tags(self, request: Request) -> Response:
        """Set the tags of units, all of them or none."""
        if not request.user.reach(MANAGE):
            raise NotFound
        given = once_each(sent(TaggingSerializer, request)["units"])
        tagged = tag_units({code: of_one["tags"] for code, of_one in given.items()}, by=request.user)
        return Response(TaggedSerializer(tagged).data)
