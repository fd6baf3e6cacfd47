"""A scheme file and a facts file as data: their shape, their reading, their checks (formats §1–2)."""
