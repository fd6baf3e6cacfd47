"""Pages of draft schemes on their way to being issued."""

from django.urls import path

from consultations.views import consultations, joint_review, papers, public

urlpatterns = [
    path("schemes/drafts/", consultations.consultations, name="consultations"),
    path("schemes/drafts/joint-review/<str:code>/", joint_review.setting, name="joint_review"),
    path("schemes/drafts/begin/<int:pk>/", consultations.begin, name="consultation_begin"),
    path("schemes/drafts/<int:pk>/", consultations.consultation, name="consultation"),
    path("schemes/drafts/<int:pk>/text.pdf", papers.draft_pdf, name="consultation_pdf"),
    path("schemes/drafts/<int:pk>/text.docx", papers.draft_word, name="consultation_word"),
    path("schemes/drafts/<int:pk>/comments/<int:remark>/", consultations.answer, name="consultation_answer"),
    path("schemes/drafts/<int:pk>/changes/<int:remark>/", consultations.settle, name="consultation_settle"),
    path("schemes/drafts/<int:pk>/<slug:verb>/", consultations.step, name="consultation_step"),
    path("schemes/<int:pk>/text.docx", papers.word, name="scheme_word"),
    path("schemes/<int:pk>/papers/", papers.papers, name="scheme_papers"),
    path("schemes/<int:pk>/papers/<int:paper>/", papers.file, name="scheme_paper_file"),
    path("schemes/<int:pk>/papers/<int:paper>/remove/", papers.remove, name="scheme_paper_remove"),
    path("public/drafts/", public.drafts, name="public_drafts"),
    path("public/drafts/<int:pk>/", public.draft, name="public_draft"),
    path("public/drafts/<int:pk>/text.pdf", public.pdf, name="public_draft_pdf"),
    path("public/drafts/<int:pk>/text.docx", public.word, name="public_draft_word"),
    path("public/schemes/<int:pk>/text.docx", public.scheme_word, name="public_scheme_word"),
    path("public/schemes/<int:pk>/papers/<int:paper>/", public.file, name="public_scheme_paper_file"),
]
