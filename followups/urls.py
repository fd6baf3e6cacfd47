"""Pages of follow-ups."""

from django.urls import path

from followups.views import followups as views

urlpatterns = [
    path("follow-ups/", views.followups, name="followups"),
    path("follow-ups/<int:pk>/", views.followup, name="followup"),
    path("follow-ups/<int:pk>/files/<int:file>/", views.proof, name="followup_file"),
    path("follow-ups/<int:pk>/<slug:verb>/", views.step, name="followup_step"),
]
