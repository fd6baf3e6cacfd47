"""The live server's static files, which browsers keep as in production: each page would ask for all of them again."""

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest, HttpResponseBase
from whitenoise.base import WhiteNoise

_serve = StaticFilesHandler.serve


def serve_for_good(handler: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
    response = _serve(handler, request)
    response.headers["Cache-Control"] = f"max-age={WhiteNoise.FOREVER}, public, immutable"
    return response
