"""The accounts to which units are paid, and the papers of a payment: the bank's list and the voucher."""
