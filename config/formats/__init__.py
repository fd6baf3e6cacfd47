"""Formats that differ from Django's, by language (``FORMAT_MODULE_PATH``)."""
