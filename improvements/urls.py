"""Pages of improvement plans."""

from django.urls import path

from improvements.views import library, plans

urlpatterns = [
    path("plans/", plans.plans, name="plans"),
    path("plans/measures/", library.measures, name="plan_measures"),
    path("plans/measures/<int:pk>/withdraw/", library.withdraw, name="plan_measure_withdraw"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/edit/", plans.edit, name="plan_edit"),
    path("plans/<int:pk>/files/<int:file>/", plans.progress_file, name="plan_file"),
    path("plans/<int:pk>/<slug:verb>/", plans.step, name="plan_step"),
]
