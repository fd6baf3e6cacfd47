"""Pages of reviews; the public's notices need no account."""

from django.urls import path

from reviews.views import answering, appeals, batches, checks, deciding, desk, notices, panels, results, settlements

urlpatterns = [
    path("reviews/", desk.desk, name="review_desk"),
    path("reviews/sheets/<int:pk>/", desk.sheet, name="review_sheet"),
    path("reviews/sheets/<int:pk>/recuse/", desk.recuse, name="review_recuse"),
    path("reviews/sheets/<int:pk>/abstain/", desk.abstain, name="review_abstain"),
    path("reviews/applications/<int:pk>/", deciding.application, name="review_application"),
    path("reviews/applications/<int:pk>/score/", desk.score, name="review_score"),
    path("reviews/applications/<int:pk>/reconsider/", deciding.reconsider, name="review_reconsider"),
    path("reviews/settlements/<int:pk>/", settlements.settle, name="review_settle"),
    path("reviews/settlements/<int:pk>/add/", settlements.add, name="review_settlement_add"),
    path("reviews/decisions/", deciding.desk, name="review_decisions"),
    path("reviews/panels/", panels.panels, name="review_panels"),
    path("reviews/panels/<int:cycle>/<str:unit>/<str:stage>/", panels.convene, name="review_convene"),
    path("reviews/panels/<int:cycle>/<str:unit>/<str:stage>/draw/", panels.draw, name="review_draw_panel"),
    path("reviews/draws/<int:pk>/", panels.shown_draw, name="review_draw"),
    path("reviews/batches/", batches.batches, name="review_batches"),
    path("reviews/batches/<int:pk>/", batches.batch, name="review_batch"),
    path("reviews/batches/<int:pk>/minutes/", batches.batch_minutes, name="review_batch_minutes"),
    path("reviews/batches/<int:cycle>/<str:unit>/<str:stage>/", batches.prepare, name="review_prepare"),
    path("reviews/checks/", checks.checks, name="review_checks"),
    path("reviews/checks/open/<int:cycle>/<str:unit>/", checks.open_, name="review_check_open"),
    path("reviews/checks/<int:pk>/", checks.check, name="review_check"),
    path("reviews/checks/<int:pk>/lapse/", checks.lapse, name="review_check_lapse"),
    path("reviews/objections/", answering.objections, name="review_objections"),
    path("reviews/objections/<int:pk>/", answering.objection, name="review_objection"),
    path("reviews/appeals/", appeals.appeals, name="review_appeals"),
    path("reviews/appeals/<int:pk>/", appeals.appeal, name="review_appeal"),
    path("reviews/appeals/papers/<int:pk>/", appeals.paper, name="appeal_paper"),
    path("results/<int:pk>/", results.result, name="result"),
    path("results/<int:pk>/appeal/", appeals.make, name="appeal_make"),
    path("results/<int:pk>/file/", results.result_file, name="result_file"),
    path("notices/", notices.public_notices, name="public_notices"),
    path("notices/objections/", notices.objection_status, name="objection_status"),
    path("notices/<int:pk>/", notices.public_notice, name="public_notice"),
    path("notices/<int:pk>/poster/", notices.notice_poster, name="notice_poster"),
]
