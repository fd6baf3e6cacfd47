"""Units over the API: those within one's reach."""

from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets
from rest_framework.routers import SimpleRouter

from villages.models import Level, Unit, UnitQuerySet, below


class UnitSerializer(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ["code", "name", "level", "rated", "tags"]


class UnitFilter(filters.FilterSet):
    """``within``: the unit of this code and everything below it; ``name``: part of the name; ``q``: as the page's
    search, part of a name, its pinyin or initials, or the beginning of a code."""

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


router = SimpleRouter()
router.register("units", UnitViewSet, basename="api-unit")
urlpatterns = router.urls
