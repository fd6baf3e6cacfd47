from django.urls import path

from reports import views

urlpatterns = [
    path("dashboard/", views.dashboard_home, name="dashboard_home"),
    path("dashboard/<str:code>/", views.dashboard, name="dashboard"),
]
