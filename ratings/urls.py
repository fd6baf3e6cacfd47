"""Pages of schemes, cycles, applications and the star register."""

from django.urls import path

from ratings.views import application, cycle, event, form, public, register, supply

urlpatterns = [
    path("apply/", form.apply, name="apply"),
    path("apply/<int:cycle>/<str:unit>/", form.begin, name="application_begin"),
    path("applications/", application.queue, name="applications"),
    path("applications/<int:pk>/", application.page, name="application"),
    path("applications/<int:pk>/form/", form.overview, name="application_form"),
    path("applications/<int:pk>/form/<int:number>/", form.area, name="application_area"),
    path("applications/<int:pk>/form/<int:number>/files/", form.upload, name="application_upload"),
    path("applications/<int:pk>/star/", form.star, name="application_star"),
    path("applications/<int:pk>/submit/", application.submit, name="application_submit"),
    path("applications/<int:pk>/resubmit/", application.resubmit, name="application_resubmit"),
    path("applications/<int:pk>/withdraw/", application.withdraw, name="application_withdraw"),
    path("applications/<int:pk>/accept/", application.accept, name="application_accept"),
    path("applications/<int:pk>/return/", application.return_, name="application_return"),
    path("applications/<int:pk>/resume/", application.resume, name="application_resume"),
    path("evidence/<int:pk>/", application.evidence, name="evidence"),
    path("cycles/", cycle.cycles, name="cycles"),
    path("cycles/open/<int:scheme>/", cycle.open_, name="cycle_open"),
    path("cycles/<int:pk>/", cycle.page, name="cycle"),
    path("cycles/<int:pk>/close-scoring/", cycle.close_scoring, name="cycle_close_scoring"),
    path("cycles/<int:pk>/close/", cycle.close, name="cycle_close"),
    path("supply/", supply.overview, name="supply"),
    path("supply/<int:cycle>/", supply.figures, name="supply_figures"),
    path("register/", register.stars, name="register"),
    path("register/<str:code>/", register.unit, name="register_unit"),
    path("events/", event.events, name="events"),
    path("events/new/", event.choose_unit, name="event_choose_unit"),
    path("events/new/<str:code>/", event.record, name="event_record"),
    path("events/<int:pk>/", event.event, name="event"),
    path("events/<int:pk>/close/", event.close, name="event_close"),
    path("events/<int:pk>/release/", event.release, name="event_release"),
    path("proposals/", event.proposals, name="proposals"),
    path("proposals/<int:pk>/", event.settle, name="proposal_settle"),
    path("public/register/", public.places, name="public_register"),
    path("public/register/<str:code>/", public.stars, name="public_register_place"),
    path("certificates/", public.ask_certificate, name="certificate_ask"),
    path("certificates/<str:code>/", public.certificate, name="certificate"),
]
