"""Printed papers as PDF (architecture §2): set by typst from blocks of content, each with a check code."""

from records.documents.blocks import Heading, Names, NewPage, Picture, Signatures, Table, Text
from records.documents.checking import CODE_LENGTH, issue, issued
from records.documents.serving import served
from records.documents.setting import document, pdf, qr

__all__ = [
    "CODE_LENGTH",
    "Heading",
    "Names",
    "NewPage",
    "Picture",
    "Signatures",
    "Table",
    "Text",
    "document",
    "issue",
    "issued",
    "pdf",
    "qr",
    "served",
]
