"""A PDF as the response to a request."""

import io

from django.http import FileResponse


def served(paper: bytes, name: str, *, download: bool = False) -> FileResponse:
    """``paper`` as ``name``.pdf, shown in the browser or only to ``download``; no proxy may cache it."""
    response = FileResponse(
        io.BytesIO(paper), as_attachment=download, filename=f"{name}.pdf", content_type="application/pdf"
    )
    response["Cache-Control"] = "no-store"
    return response
