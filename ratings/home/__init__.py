"""Panels of the home page (``accounts.home``)."""
