"""Evidence files of the demonstration: a page that says what it stands for, with different bytes for every village."""

from collections.abc import Iterator
from functools import cache

import pylopdf_fonts_zh_cn
import typst
from django.core.files.uploadedfile import SimpleUploadedFile

from ratings.application import questions
from ratings.models import Application, Evidence
from records.files import store
from reports.annual.sheets import DEMO
from reports.demonstration.plans import Plan

PAGE = """
#set page(paper: "a5", margin: 2cm)
#set text(font: "Noto Sans SC", size: 14pt)
#align(center)[#text(size: 20pt)[{name}] #v(1cm) {demo}]
"""


@cache
def page(name: str) -> bytes:
    """A one-page PDF named ``name``."""
    source = PAGE.format(name=name, demo=DEMO).encode()
    folder = str(pylopdf_fonts_zh_cn.sans_path().parent)
    return typst.compile(source, font_paths=[folder], ignore_system_fonts=True)


def pieces(application: Application, plan: Plan, by: object) -> Iterator[Evidence]:
    """Every piece of evidence that the village's questions ask for, stored."""
    for criterion in filter(questions.by_village, plan.criteria):
        for piece in criterion.evidence:
            mine = f"\n% {application.unit_id} {application.cycle_id} {criterion.code}\n".encode()
            upload = SimpleUploadedFile(f"{piece.name}.pdf", page(piece.name) + mine)
            yield Evidence(
                application=application, criterion=criterion.code, name=piece.name, file=store(upload, by=by)
            )
