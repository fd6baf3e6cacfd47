"""Appointing people, opening and securing their accounts. Every step checks permission and is recorded in the
history."""

from accounts.workflow.access import end_tokens
from accounts.workflow.account_creation import PASSWORD_LENGTH, reset_password
from accounts.workflow.account_security import (
    erase_contact,
    forget_second_factor,
    guarded_posts,
    lock,
    open_administrator,
    reachable,
    unlock,
    withdraw,
)
from accounts.workflow.appointing import (
    Engaged,
    Who,
    appoint,
    appoint_person,
    end,
    givable,
    hand_over,
    managed_by,
    pass_on_tasks,
)
from accounts.workflow.codes import AccountLocked, counting_codes, forget_wrong_codes, locked_by_codes
from accounts.workflow.deputies import deputise, may_deputise
from accounts.workflow.first_sign_in import choose_password, own_phone, set_own_phone, set_phone
from accounts.workflow.identities import link_identity, unlink_identity
from accounts.workflow.saved_filters import remove_filter, save_filter
from accounts.workflow.tokens import end_token, make_token, office_is_over, sign_in_program
from accounts.workflow.trail import mark_seen, note_export

__all__ = [
    "AccountLocked",
    "Engaged",
    "PASSWORD_LENGTH",
    "Who",
    "appoint",
    "appoint_person",
    "choose_password",
    "counting_codes",
    "deputise",
    "end",
    "end_token",
    "end_tokens",
    "erase_contact",
    "forget_second_factor",
    "forget_wrong_codes",
    "givable",
    "guarded_posts",
    "hand_over",
    "link_identity",
    "lock",
    "locked_by_codes",
    "make_token",
    "managed_by",
    "mark_seen",
    "may_deputise",
    "note_export",
    "office_is_over",
    "open_administrator",
    "own_phone",
    "pass_on_tasks",
    "reachable",
    "remove_filter",
    "reset_password",
    "save_filter",
    "set_own_phone",
    "set_phone",
    "sign_in_program",
    "unlink_identity",
    "unlock",
    "withdraw",
]
