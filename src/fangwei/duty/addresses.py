"""Which addresses a person's own channel may have. Pure but for apprise's own parser; sends nothing."""

import ipaddress
from urllib.parse import urlsplit

import apprise

from fangwei.duty import errors, texts
from fangwei.duty.ways import ContactType

LONGEST = 1000
ON_SCREEN = frozenset({"dbus", "gio", "glib", "gnome", "kde", "qt", "macosx", "windows", "syslog"})
"""apprise's ways to this machine's own screen or log: nobody carries those."""


def check(type: ContactType, address: str) -> None:
    """Refuse an address that cannot reach a person, or that reaches where no person is.

    Raises:
        ContactRefused: with the reason; never with the address, which holds keys.
    """
    if len(address) > LONGEST or not address.isprintable() or " " in address:
        raise errors.ContactRefused(why=texts.ADDRESS_HOST)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise errors.ContactRefused(why=texts.ADDRESS_HOST) from None
    if type == "webhook":
        if parts.scheme not in ("http", "https"):
            raise errors.ContactRefused(why=texts.ADDRESS_SCHEME)
        if not host or _nobody_there(host):
            raise errors.ContactRefused(why=texts.ADDRESS_HOST)
        return
    scheme = parts.scheme.lower()
    if scheme in ON_SCREEN:
        raise errors.ContactRefused(why=texts.ADDRESS_LOCAL)
    if not scheme or _nobody_there(host) or apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
        raise errors.ContactRefused(why=texts.ADDRESS_APPRISE)


def _nobody_there(host: str) -> bool:
    """Addresses behind which no person's device stands: the metadata service of clouds, multicast, none at all."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_link_local or address.is_multicast or address.is_unspecified
