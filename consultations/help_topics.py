"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic
from consultations.models.lifecycle import COMMENT, LEAD, REVIEW, WRITE

TOPICS = [
    Topic(
        "draft-schemes",
        _("Agreeing on a scheme"),
        _("Before a scheme is issued, villages, townships and departments comment, and the city's counties review it."),
        (
            _("The county's office asks for comments until a day; whoever is rated or rates reads the draft."),
            _("Comment on one criterion, or say that you have nothing to add. The office answers every comment."),
            _("Then the offices of the city's other counties propose changes; the county accepts or declines each."),
            _("The city's office concludes the joint review. What was reviewed is what is issued."),
            _("If the draft is changed meanwhile, everybody who had a say is told what was changed."),
            _("Attach the two papers with their document numbers; then the scheme can be issued, and stays as it is."),
        ),
        pages=(
            "consultations",
            "consultation",
            "consultation_begin",
            "consultation_step",
            "consultation_answer",
            "consultation_settle",
            "consultation_pdf",
            "consultation_word",
            "scheme_papers",
            "scheme_paper_remove",
            "scheme_paper_file",
            "scheme_word",
            "joint_review",
        ),
        needs=(WRITE, COMMENT, REVIEW, LEAD, "ratings.view_scheme"),
        order=27,
    ),
    Topic(
        "public-drafts",
        _("Draft schemes"),
        _("A county may ask everybody what they think of the draft of its scheme."),
        (
            _("Read the draft. Choose the criterion that you mean and write what you think; a name is not needed."),
            _("The county's office answers; comments that are answered stand under the draft, without names."),
        ),
        pages=(
            "public_drafts",
            "public_draft",
            "public_draft_pdf",
            "public_draft_word",
            "public_scheme_paper_file",
            "public_scheme_word",
        ),
        public=True,
        order=64,
    ),
]
