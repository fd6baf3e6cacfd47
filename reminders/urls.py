"""Pages of reminders."""

from django.urls import path

from reminders.views import due as views
from reminders.views import rules

urlpatterns = [
    path("due/", views.due, name="due"),
    path("due/people/", views.people, name="due_people"),
    path("due/rules/<str:code>/", rules.rules, name="reminder_rules"),
    path("due/remind/", views.remind, name="due_remind"),
]
