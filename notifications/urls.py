"""The bell, and the robots of work groups."""

from django.urls import path

from notifications.views import bell, robots

urlpatterns = [
    path("bell/", bell.notices, name="notices"),
    path("bell/read/", bell.notices_read, name="notices_read"),
    path("bell/<int:pk>/", bell.notice, name="notice"),
    path("robots/", robots.robots, name="robots"),
    path("robots/new/", robots.robot_new, name="robot_new"),
    path("robots/<int:pk>/", robots.robot, name="robot"),
    path("robots/<int:pk>/test/", robots.robot_test, name="robot_test"),
    path("robots/<int:pk>/messages/<int:message>/again/", robots.message_again, name="robot_message_again"),
]
