"""Pages of reminders."""

from django.urls import path

from reminders.views import due as views

urlpatterns = [
    path("due/", views.due, name="due"),
    path("due/people/", views.people, name="due_people"),
    path("due/remind/", views.remind, name="due_remind"),
]
