from consultations.models.asked import posts_asked
from consultations.models.consultation import Consultation, ConsultationQuerySet, asking, city_of
from consultations.models.issue import Issue, Issuer, JointReview, SchemePaper, joint_review_is_on
from consultations.models.lifecycle import COMMENT, LEAD, REVIEW, STEPS, WRITE, ConsultationState, Phase
from consultations.models.remarks import Acknowledgement, Comment, DraftChange, DraftProposal

__all__ = [
    "COMMENT",
    "LEAD",
    "REVIEW",
    "STEPS",
    "WRITE",
    "Acknowledgement",
    "Comment",
    "Consultation",
    "ConsultationQuerySet",
    "ConsultationState",
    "DraftChange",
    "DraftProposal",
    "Issue",
    "Issuer",
    "JointReview",
    "Phase",
    "SchemePaper",
    "asking",
    "city_of",
    "joint_review_is_on",
    "posts_asked",
]
