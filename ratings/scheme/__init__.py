"""A county's 考评标准 as data: its structure, parsing, checks and wording (formats §1)."""
