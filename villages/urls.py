"""Pages of units."""

from django.urls import path

from villages import views

urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/<str:code>/", views.unit, name="unit"),
]
