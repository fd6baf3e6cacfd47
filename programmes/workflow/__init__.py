"""What happens in a programme's year. ``cycle``: opened, confirmed, published. ``answers``: what only it asks."""
