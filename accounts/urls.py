"""Pages about people; sign-in is in ``config/urls.py``."""

from datetime import date

from django.urls import path, register_converter

from accounts.views import (
    appointment_import,
    appointments,
    audit_trail,
    calendar,
    deputies,
    home,
    identities,
    integrity,
    locks,
    own_notifications,
    page_help,
    password_resets,
    people,
    phones,
    saved_filters,
    sms_log,
    tokens,
    trail_review,
)


class DayConverter:
    """A date as 2026-11-24."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("", home.home, name="home"),
    path("today/", home.today, name="today"),
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/new/", appointments.appointment_new, name="appointment_new"),
    path("appointments/list/", appointment_import.page, name="cadre_list"),
    path("appointments/list/make/", appointment_import.carry_out, name="cadre_list_make"),
    path("appointments/list/empty/", appointment_import.template, name="cadre_list_empty"),
    path("appointments/list/marked/<str:key>/", appointment_import.marked, name="cadre_list_marked"),
    path("appointments/resets/", password_resets.resets, name="password_resets"),
    path("appointments/slips/", appointments.slips_pdf, name="slips"),
    path("appointments/<int:pk>/", appointments.appointment, name="appointment"),
    path("appointments/<int:pk>/end/", appointments.appointment_end, name="appointment_end"),
    path("appointments/<int:pk>/successor/", appointments.appointment_hand_over, name="appointment_hand_over"),
    path("appointments/<int:pk>/deputies/", deputies.deputies, name="deputies"),
    path("appointments/<int:pk>/deputies/<int:deputy>/end/", deputies.deputy_end, name="deputy_end"),
    path("appointments/<int:pk>/phone/", phones.appointment_phone, name="appointment_phone"),
    path("appointments/<int:pk>/password/", appointments.password_reset, name="password_reset"),
    path("filters/", saved_filters.saved_filters, name="saved_filters"),
    path("filters/new/", saved_filters.save, name="saved_filter_new"),
    path("filters/<int:pk>/remove/", saved_filters.remove, name="saved_filter_remove"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("help/", page_help.manual, name="help"),
    path("help/<slug:name>/", page_help.topic, name="help_topic"),
    path("notifications/", own_notifications.own_notifications, name="own_notifications"),
    path("notifications/mobile/", own_notifications.mobile_code_send, name="mobile_code_send"),
    path("notifications/mobile/code/", own_notifications.mobile_confirm, name="mobile_confirm"),
    path("notifications/mobile/forget/", own_notifications.mobile_forget, name="mobile_forget"),
    path("phone/", phones.own_phone, name="own_phone"),
    path("proof/", integrity.proof, name="proof"),
    path("proof/check/", integrity.proof_check, name="proof_check"),
    path("proof/head/", integrity.proof_head, name="proof_head"),
    path("trail/", audit_trail.trail, name="trail"),
    path("trail/appointments/", trail_review.review, name="trail_review"),
    path("locks/", locks.locks, name="locks"),
    path("locks/offices/<int:pk>/withdraw/", locks.withdraw, name="office_withdraw"),
    path("locks/<str:username>/", locks.lock_lift, name="lock_lift"),
    path("identity/", identities.own, name="identity"),
    path("identity/unlink/", identities.unlink_own, name="identity_unlink"),
    path("identities/", identities.guarded_ones, name="identities"),
    path("identities/<int:pk>/unlink/", identities.unlink, name="identity_unlink_guarded"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:handle>/end/", tokens.token_end, name="token_end"),
    path("tokens/guarded/", tokens.guarded_tokens, name="tokens_guarded"),
    path("tokens/guarded/<uuid:handle>/end/", tokens.token_end_guarded, name="token_end_guarded"),
    path("settings/", calendar.settings_page, name="settings"),
    path("settings/messages/", sms_log.sms_log, name="sms_log"),
    path("settings/years/<int:year>/", calendar.calendar_year_confirm, name="calendar_year_confirm"),
    path("settings/days/<day:day>/", calendar.calendar_day_remove, name="calendar_day_remove"),
]
