"""How allauth behaves here: accounts are given by an office, never taken by oneself."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from records.client import address_of


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)
