"""Pages of programmes."""

from django.urls import path

from programmes.views import programmes, public, units

urlpatterns = [
    path("programmes/", programmes.all_cycles, name="programmes"),
    path("programmes/open/<int:pk>/", programmes.open_year, name="programme_open"),
    path("programmes/<int:pk>/", programmes.one_cycle, name="programme"),
    path("programmes/<int:pk>/confirm/", programmes.confirm, name="programme_confirm"),
    path("programmes/<int:pk>/units/<str:code>/", units.unit, name="programme_unit"),
    path("programmes/<int:pk>/<slug:verb>/", programmes.step, name="programme_step"),
    path("public/programmes/", public.cycles, name="public_programmes"),
    path("public/programmes/<int:pk>/", public.results, name="public_programme"),
    path("public/programmes/<int:pk>/<str:code>/", public.result, name="public_programme_result"),
]
