"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic
from honours.models.lifecycle import VIEW

TOPICS = [
    Topic(
        "model_villages",
        _("Model villages"),
        _("A county, city or province names model villages from those with four and five stars."),
        (
            _("The office that runs a round writes its conditions, quota, days and document, and opens it."),
            _("A village that meets the conditions asks for the title; township, county and city give their opinions."),
            _("The office closes the list; the departments of each county answer for all its villages."),
            _("The list is under public notice; anybody may object. Then the villages are named by a document."),
            _("Who falls below the star, or has an open event that bars, is off the list by rule."),
            _("A title is withdrawn by rule when the star falls; finance is asked to claim the award back."),
        ),
        pages=(
            "honour_rounds",
            "honour_round_new",
            "honour_round",
            "honour_round_edit",
            "honour_round_file",
            "honour_candidates",
            "honour_award",
            "honour_reply",
            "honour_lapse",
            "honour_round_step",
            "honour_nominate",
            "nomination",
            "nomination_file",
            "nomination_step",
            "honour_objection",
            "honour_objection_photo",
        ),
        needs=(VIEW, "reviews.answer_check"),
        order=64,
    ),
    Topic(
        "honour_lists",
        _("Lists for honours"),
        _("Another department asks whether villages may be honoured; the answer is kept, with a check code."),
        (
            _("A list says its condition: star, years, events that bar, least share of points by area."),
            _("Each village is explained: what it lacks stands beside it."),
            _("Ask about a village and say what for: the answer is kept as it was given, as a page and a paper."),
        ),
        pages=(
            "honour_selections",
            "honour_selection_new",
            "honour_selection",
            "eligibility_answer",
            "eligibility_answer_paper",
        ),
        needs=(VIEW,),
        order=66,
    ),
    Topic(
        "public_model_villages",
        _("Model villages, for everybody"),
        _("Which villages hold a title, and which lists are under public notice."),
        (
            _("Open a list under public notice to see the villages, and object if something is not right."),
            _("The receipt number of an objection shows how it ended."),
            _("The check code of a certificate shows whether the title is held today."),
        ),
        pages=(
            "model_villages",
            "model_villages_round",
            "model_villages_objection",
            "title_certificate",
            "title_certificate_paper",
        ),
        public=True,
        order=14,
    ),
]
