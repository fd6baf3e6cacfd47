"""Django forms of this app."""
