"""What a program sent to the API, as its serializer reads it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer


def sent(kind: type[BaseSerializer], request: Request) -> Any:
    """The validated data of the request's body; what is wrong with it becomes a 400 that names the fields."""
    read = kind(data=request.data, context={"request": request})
    read.is_valid(raise_exception=True)
    return read.validated_data
