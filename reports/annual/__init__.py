"""The annual report of a unit as a workbook that prints on A4 (``workbook.py`` says which sheets it has)."""
