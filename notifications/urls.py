"""The bell."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("bell/", views.notices, name="notices"),
    path("bell/read/", views.notices_read, name="notices_read"),
    path("bell/<int:pk>/", views.notice, name="notice"),
]
