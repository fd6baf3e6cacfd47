"""Pages of people; signing in is in ``config/urls.py``."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("", views.home, name="home"),
]
