"""A paper as the answer to a request."""

import io

from django.http import FileResponse


def served(paper: bytes, name: str, *, download: bool = False) -> FileResponse:
    """``paper`` for the browser to show, or only to ``download``, as ``name``.pdf; none keeps a copy on the way."""
    response = FileResponse(
        io.BytesIO(paper), as_attachment=download, filename=f"{name}.pdf", content_type="application/pdf"
    )
    response["Cache-Control"] = "no-store"
    return response
