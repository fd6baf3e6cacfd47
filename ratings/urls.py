"""Pages of schemes, cycles, applications and the star register."""

from django.urls import path

from ratings.views import application, cycle, form, supply

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
]
