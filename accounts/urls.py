"""Pages of people; signing in is in ``config/urls.py``."""

from datetime import date

from django.urls import path, register_converter

from accounts.views import appointments, calendar, home, locks, trail


class DayConverter:
    """A day as 2026-11-24."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("", home.home, name="home"),
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/new/", appointments.appointment_new, name="appointment_new"),
    path("appointments/<int:pk>/", appointments.appointment, name="appointment"),
    path("appointments/<int:pk>/end/", appointments.appointment_end, name="appointment_end"),
    path("appointments/<int:pk>/password/", appointments.password_reset, name="password_reset"),
    path("trail/", trail.trail, name="trail"),
    path("locks/", locks.locks, name="locks"),
    path("locks/<str:username>/", locks.lock_lift, name="lock_lift"),
    path("settings/", calendar.settings_page, name="settings"),
    path("settings/days/<day:day>/", calendar.calendar_day_remove, name="calendar_day_remove"),
]
