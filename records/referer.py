"""The page from which a form was sent."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def page_before(request: HttpRequest) -> str:
    """The address of the page whose form is answered, from the Referer header; ``/`` if it is not one of ours."""
    before = request.headers.get("Referer", "")
    mine = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if mine and request.method == "POST" else "/"
