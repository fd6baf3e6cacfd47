"""What a scheme asks a village to type and to hand in (formats §6, "Burden"); pure."""

from dataclasses import dataclass

from ratings.scheme.spec import Criterion, SchemeSpec

VILLAGE = "village"


@dataclass(frozen=True)
class Burden:
    """``figures``: figures, counts and ticks; ``files``: pieces of evidence that are named."""

    figures: int
    files: int


def burden(spec: SchemeSpec) -> Burden:
    """Of the criteria that the village supplies; of variants of one code the largest counts."""
    figures: dict[str, int] = {}
    files: dict[str, int] = {}
    for criterion in spec.criteria:
        if criterion.supplier == VILLAGE:
            figures[criterion.code] = max(figures.get(criterion.code, 0), _figures(criterion))
            files[criterion.code] = max(files.get(criterion.code, 0), len(criterion.evidence))
    return Burden(sum(figures.values()), sum(files.values()))


def _figures(criterion: Criterion) -> int:
    """Points that a person types with a reason are no figure."""
    return sum(question.kind != "points" for question in criterion.questions)
