from django.urls import path

from reports.views import assessments, dashboard, findings, leads, money, report, tiles, unit_file, warnings

urlpatterns = [
    path("dashboard/", dashboard.dashboard_home, name="dashboard_home"),
    path("dashboard/<str:code>/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<str:code>/tiles/", tiles.tiles, name="dashboard_tiles"),
    path("dashboard/<str:code>/levels/<slug:level>/", dashboard.level_dashboard, name="dashboard_level"),
    path("dashboard/<str:code>/<slug:question>/", findings.figure_list, name="figure_list"),
    path("leads/", leads.leads, name="leads"),
    path("leads/<int:pk>/", leads.lead, name="lead"),
    path("leads/limits/<str:code>/", leads.limits, name="lead_limits"),
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/new/<str:code>/", assessments.new, name="assessment-new"),
    path("assessments/comparison/<str:code>/", assessments.comparison, name="assessment-comparison"),
    path("assessments/<int:pk>/", assessments.assessment, name="assessment"),
    path("assessments/<int:pk>/edit/", assessments.edit, name="assessment-edit"),
    path("assessments/<int:pk>/issue/", assessments.step, {"verb": "issue"}, name="assessment-issue"),
    path("assessments/<int:pk>/freeze/", assessments.step, {"verb": "freeze"}, name="assessment-freeze"),
    path("assessments/<int:pk>/units/<str:code>/", assessments.place, name="assessment-place"),
    path("assessments/<int:pk>/units/<str:code>/<slug:term>/", assessments.term, name="assessment-term"),
    path("money/overview/", money.money_home, name="money_home"),
    path("money/overview/<str:code>/", money.money_overview, name="money_overview"),
    path("register/<str:code>/file/", unit_file.unit_file, name="unit_file"),
    path("register/<str:code>/file/paper.pdf", unit_file.unit_file_paper, name="unit_file_paper"),
    path("reports/", report.reports, name="reports"),
    path("reports/<int:pk>/", report.report, name="report"),
    path("reports/<int:pk>/file/", report.report_file, name="report_file"),
    path("reports/<int:pk>/words/", report.report_words, name="report_words"),
    path("warnings/", warnings.warnings, name="warnings"),
    path("warnings/thresholds/<str:code>/", warnings.thresholds, name="warning_thresholds"),
]
