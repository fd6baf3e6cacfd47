"""A scheme as a workbook that a clerk can read and fill (formats §6): its layout, its writing, its reading."""
