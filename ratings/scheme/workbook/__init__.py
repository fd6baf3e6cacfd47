"""A scheme as a workbook that a clerk can read and fill in (formats §6): layout, writing, reading."""
