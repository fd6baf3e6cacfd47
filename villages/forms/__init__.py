"""Django forms of units and orders."""
