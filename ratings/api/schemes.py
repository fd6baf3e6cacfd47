"""Schemes over the API: what the pages show, as the file of formats §1."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_permission import HasUnitPermission
from ratings.models import Scheme


class SchemeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Scheme
        fields = ["id", "unit", "rates", "year", "version", "name", "state", "issued_at"]


class WholeSchemeSerializer(SchemeSerializer):
    class Meta(SchemeSerializer.Meta):
        fields = [*SchemeSerializer.Meta.fields, "body"]


class SchemeViewSet(viewsets.ReadOnlyModelViewSet):
    """The schemes of your county and of the units that you oversee; drafts for those who write them."""

    permission_classes = [HasUnitPermission]
    needs = ["ratings.view_scheme"]
    queryset = Scheme.objects.none()
    serializer_class = SchemeSerializer
    filterset_fields = ["unit", "year", "state", "rates"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Scheme]:
        return Scheme.objects.seen_by(self.request.user).order_by("-year", "unit_id", "rates", "-version")

    @extend_schema(responses=WholeSchemeSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One scheme with its file."""
        return Response(WholeSchemeSerializer(self.get_object()).data)
