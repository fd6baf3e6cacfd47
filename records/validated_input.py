"""Validated input of the API."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer, Serializer, ValidationError

from records.refusals import UnknownFields, refuse_unknown_fields


def sent(kind: type[BaseSerializer], request: Request) -> Any:
    """The validated request body; errors become a 400 that names the fields."""
    read = kind(data=request.data, context={"request": request})
    read.is_valid(raise_exception=True)
    return read.validated_data


class ExactFields:
    """For the body of a step that pays, grants, releases or decides: unknown fields are errors."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            try:
                refuse_unknown_fields(data, self.fields)
            except UnknownFields as unknown:
                raise ValidationError({name: [said] for name, said in unknown.problems.items()}) from unknown
        return super().to_internal_value(data)


class ExactSerializer(ExactFields, Serializer):
    """The body of a step that pays, grants, releases or decides."""


class NoFields(ExactSerializer):
    """The body of a step without parameters."""
