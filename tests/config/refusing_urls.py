"""The addresses of the system, and one that refuses whatever it is sent."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler404, handler500
from config.urls import urlpatterns as ours
from records.refusals import WrongState

__all__ = ["handler404", "handler500", "urlpatterns"]


def refusing(request: HttpRequest) -> HttpResponse:
    raise WrongState("晚了一步")


urlpatterns = [path("refusing/", refusing), *ours]
