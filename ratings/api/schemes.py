"""Schemes over the API: what the pages show, as the file of formats §1."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permission import HasUnitPermission
from ratings.models import Scheme


class SchemeSerializer(serializers.ModelSerializer):
    programme = serializers.SlugRelatedField(
        "code", read_only=True, allow_null=True, help_text=_("Code of the programme, if any.")
    )

    class Meta:
        model = Scheme
        fields = ["id", "unit", "rates", "programme", "year", "version", "name", "state", "issued_at"]


class WholeSchemeSerializer(SchemeSerializer):
    class Meta(SchemeSerializer.Meta):
        fields = [*SchemeSerializer.Meta.fields, "body"]


class SchemeFilter(filters.FilterSet):
    programme = filters.CharFilter("programme__code", label=_("Code of a programme: its schemes."))

    class Meta:
        model = Scheme
        fields = ["unit", "year", "state", "rates"]


class SchemeViewSet(viewsets.ReadOnlyModelViewSet):
    """The schemes of your county and of the units that you oversee; drafts for those who write them.

    Those of a programme (a second standard) are listed when its code is given as ``programme``.
    """

    permission_classes = [HasUnitPermission]
    needs = ["ratings.view_scheme"]
    queryset = Scheme.objects.none()
    serializer_class = SchemeSerializer
    filterset_class = SchemeFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Scheme]:
        named = self.detail or "programme" in self.request.query_params
        schemes = Scheme.with_programmes if named else Scheme.objects
        return (
            schemes.seen_by(self.request.user)
            .select_related("programme")
            .order_by("-year", "unit_id", "rates", "-version")
        )

    @extend_schema(responses=WholeSchemeSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One scheme with its file."""
        return Response(WholeSchemeSerializer(self.get_object()).data)
