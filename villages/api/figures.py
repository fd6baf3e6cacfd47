"""Yearly figures over the API."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from records.validated_input import sent
from villages.models import Profile, below, below_any
from villages.workflow import REPORT, report_profiles

MOST = 1000
"""Villages of one call."""


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = Profile
        fields = ["unit", "year", "population", "households", "income"]


class ProfileFilter(filters.FilterSet):
    """`within`: the unit of this code and everything below it."""

    within = filters.CharFilter(method="narrow")

    class Meta:
        model = Profile
        fields = ["year"]

    def narrow(self, profiles: QuerySet[Profile], _name: str, code: str) -> QuerySet[Profile]:
        return profiles.filter(below(code, "unit_id"))


class FiguresSerializer(serializers.Serializer):
    """A village's figures: null removes one, one that is left out stays as it is."""

    unit = serializers.CharField(max_length=12)
    population = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=99_999_999)
    households = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=99_999_999)
    income = serializers.DecimalField(
        required=False, allow_null=True, min_value=0, max_digits=11, decimal_places=2, help_text="10,000 yuan"
    )


class ProfileReportSerializer(serializers.Serializer):
    year = serializers.IntegerField(min_value=1000, max_value=9999)
    figures = FiguresSerializer(many=True, max_length=MOST)


class ChangedSerializer(serializers.Serializer):
    changed = serializers.IntegerField()


class ProfileViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The yearly figures of the units that you reach."""

    queryset = Profile.objects.order_by("unit", "-year")
    serializer_class = ProfileSerializer
    filterset_class = ProfileFilter

    def get_queryset(self) -> QuerySet[Profile]:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return super().get_queryset().filter(below_any(self.request.user.reach("villages.view_unit"), "unit_id"))

    @extend_schema(request=ProfileReportSerializer, responses=ChangedSerializer)
    @action(detail=False, methods=["post"])
    def report(self, request: Request) -> Response:
        """Store villages' figures of a year, all of them or none; returns how many villages changed."""
        if not request.user.reach(REPORT):
            raise NotFound
        given = sent(ProfileReportSerializer, request)
        changed = report_profiles(given["year"], once_each(given["figures"]), by=request.user)
        return Response({"changed": changed})


def once_each(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The input by unit. Raises ``ValidationError`` if a unit occurs twice."""
    said = {row["unit"]: {name: value for name, value in row.items() if name != "unit"} for row in rows}
    if len(said) < len(rows):
        raise ValidationError({"unit": [_("Each unit once.")]})
    return said
