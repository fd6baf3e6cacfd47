"""Reward policies, project funds and their ledger (domain §5, formats §4)."""
