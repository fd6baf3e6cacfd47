"""Filters of the API's lists. A filter that a list does not have is an error: ignored, it would show the whole list to
a program that meant a part of it (``?unit=`` where the list knows ``within``)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView


class KnownFilters(DjangoFilterBackend):
    """``view.asks``: names that a list reads of its address itself."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> QuerySet:
        if not view.detail:
            _refuse_unknown(request, [*self._names(queryset, view), *getattr(view, "asks", ())])
        return super().filter_queryset(request, queryset, view)

    def _names(self, queryset: QuerySet, view: Any) -> list[str]:
        filters = self.get_filterset_class(view, queryset)
        return list(filters.base_filters) if filters else []


def _refuse_unknown(request: Request, known: list[str]) -> None:
    every_list = {api_settings.DEFAULT_PAGINATION_CLASS.page_query_param, api_settings.URL_FORMAT_OVERRIDE}
    if unknown := sorted(set(request.query_params) - every_list - set(known)):
        said = _("This list has no such filter. It has: %(names)s.") % {"names": ", ".join(sorted(known)) or "—"}
        raise ValidationError(dict.fromkeys(unknown[:5], [said]))
