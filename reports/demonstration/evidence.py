"""Evidence files of the demonstration: a page that says what it stands for, with different bytes for every village.

A few villages hand in the same picture, which becomes a lead for inspectors.
"""

from collections.abc import Iterator
from functools import cache
from typing import Literal

import pylopdf_fonts_zh_cn
import typst
from django.core.files.uploadedfile import SimpleUploadedFile

from ratings.application import questions
from ratings.models import Application, Evidence
from records.files import store
from reports.annual.sheets import DEMO
from reports.demonstration.chance import chance
from reports.demonstration.plans import YearPlan

PAGE = """
#set page(paper: "a5", margin: 2cm)
#set text(font: "Noto Sans SC", size: 14pt)
#align(center)[#text(size: 20pt)[{name}] #v(1cm) {demo}]
"""


@cache
def page(name: str, form: Literal["pdf", "png"] = "pdf") -> bytes:
    """One page named ``name``, as a PDF or a picture (``png``)."""
    source = PAGE.format(name=name, demo=DEMO).encode()
    folder = str(pylopdf_fonts_zh_cn.sans_path().parent)
    return typst.compile(source, font_paths=[folder], ignore_system_fonts=True, format=form)


def pieces(application: Application, plan: YearPlan, by: object) -> Iterator[Evidence]:
    """Every piece of evidence that the village's questions ask for, stored."""
    borrowed = chance("borrowed picture", application.unit_id).random() < 0.015
    for criterion in filter(questions.by_village, plan.criteria):
        for piece in criterion.evidence:
            mine = f"\n% {application.unit_id} {application.cycle_id} {criterion.code}\n".encode()
            upload = SimpleUploadedFile(f"{piece.name}.pdf", page(piece.name) + mine)
            if borrowed:
                upload, borrowed = SimpleUploadedFile(f"{piece.name}.png", page(piece.name, "png")), False
            yield Evidence(
                application=application, criterion=criterion.code, name=piece.name, file=store(upload, by=by)
            )
