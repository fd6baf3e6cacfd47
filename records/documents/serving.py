"""A paper as the answer to a request."""

import io

from django.http import FileResponse


def served(paper: bytes, name: str) -> FileResponse:
    """``paper`` for the browser to show or keep as ``name``.pdf; none keeps a copy on the way."""
    response = FileResponse(io.BytesIO(paper), filename=f"{name}.pdf", content_type="application/pdf")
    response["Cache-Control"] = "no-store"
    return response
