"""The system's pages, and a bare one: fifty rows of one queryset (architecture §5)."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from villages.models import Unit

ROWS = engines["django"].from_string(
    "<table>{% for unit in units %}<tr><td>{{ unit.code }}</td><td>{{ unit.name }}</td><td>{{ unit.level }}</td></tr>"
    "{% endfor %}</table>"
)


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROWS.render({"units": Unit.objects.order_by("code")[:50]}))


urlpatterns = [path("bench-bare/", bare), path("", include("config.urls"))]
