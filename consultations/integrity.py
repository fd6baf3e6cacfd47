"""Whether what was issued is what was agreed on."""

from collections.abc import Iterator

from consultations.models import Issue
from ratings.scheme.drafting import digest
from records.integrity import Fault, IntegrityCheck


def issue_faults() -> Iterator[Fault]:
    """Every issued scheme whose content is not the one that was recorded when it was issued."""
    for issue in Issue.objects.select_related("scheme").order_by("pk").iterator(chunk_size=100):
        if (found := digest(issue.scheme.body)) != issue.digest:
            yield Fault(f"ratings_scheme {issue.scheme_id}", issue.digest, found)


ISSUES = IntegrityCheck("issued schemes", issue_faults)
