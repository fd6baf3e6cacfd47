"""Pages of honours."""

from django.urls import path

from honours.views import checks, nominations, public, rounds, selections

urlpatterns = [
    path("honours/", rounds.all_rounds, name="honour_rounds"),
    path("honours/new/", rounds.new, name="honour_round_new"),
    path("honours/<int:pk>/", rounds.one_round, name="honour_round"),
    path("honours/<int:pk>/edit/", rounds.edit, name="honour_round_edit"),
    path("honours/<int:pk>/file/", rounds.basis_file, name="honour_round_file"),
    path("honours/<int:pk>/candidates/", rounds.candidate_list, name="honour_candidates"),
    path("honours/<int:pk>/award/", rounds.award, name="honour_award"),
    path("honours/<int:pk>/nominate/<str:code>/", nominations.nominate, name="honour_nominate"),
    path("honours/<int:pk>/check/<str:code>/<int:number>/", checks.reply, name="honour_reply"),
    path("honours/<int:pk>/check/<str:code>/<int:number>/lapse/", checks.lapse, name="honour_lapse"),
    path("honours/<int:pk>/<slug:verb>/", rounds.step, name="honour_round_step"),
    path("honours/nominations/<int:pk>/", nominations.nomination, name="nomination"),
    path("honours/nominations/<int:pk>/file/", nominations.attachment, name="nomination_file"),
    path("honours/nominations/<int:pk>/<slug:verb>/", nominations.step, name="nomination_step"),
    path("honours/objections/<int:pk>/", checks.objection, name="honour_objection"),
    path("honours/objections/<int:pk>/photo/", checks.objection_photo, name="honour_objection_photo"),
    path("honours/lists/", selections.all_selections, name="honour_selections"),
    path("honours/lists/new/", selections.new, name="honour_selection_new"),
    path("honours/lists/<int:pk>/", selections.selection, name="honour_selection"),
    path("honours/answers/<int:pk>/", selections.answer, name="eligibility_answer"),
    path("honours/answers/<int:pk>/paper/", selections.paper, name="eligibility_answer_paper"),
    path("model-villages/", public.villages, name="model_villages"),
    path("model-villages/objection/", public.objection_outcome, name="model_villages_objection"),
    path("model-villages/<int:pk>/", public.public_round, name="model_villages_round"),
    path("model-villages/certificates/<str:code>/", public.certificate, name="title_certificate"),
    path("model-villages/certificates/<str:code>/paper/", public.certificate_pdf, name="title_certificate_paper"),
]
