"""Passkeys (WebAuthn): what is asked of a browser, and whether its answer holds. No I/O.

A passkey signs somebody in alone, so the device must have checked who holds it (user verification), and must keep the
account with the key (discoverable), so that nobody types a name.
"""

import hashlib
import ipaddress
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fangwei.identity.errors import PasskeyNotHere, PasskeyRefused
from fangwei.identity.people import Person

NAME = "Fangwei 防微"
MOST = 20
"""Passkeys of one person."""


class Passkey(msgspec.Struct, kw_only=True):
    """A credential of a person. Times in UTC ns."""

    id: str
    credential: bytes
    person: str
    public_key: bytes
    sign_count: int
    name: str
    created: int
    used: int | None = None


class Place(msgspec.Struct, frozen=True):
    """Where the page stands: passkeys hold for a name (`rp`), and answers for an origin."""

    rp: str
    origin: str


def place_of(origin: str) -> Place:
    """The place of a page at `origin`.

    >>> place_of("http://localhost:8080").rp
    'localhost'

    Raises:
        PasskeyNotHere: the address is a number, to which no passkey can be bound.
    """
    parts = urlsplit(origin)
    name = parts.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return Place(name, origin)
    raise PasskeyNotHere(instead=f"{parts.scheme}://localhost:{parts.port or 80}")


def to_register(place: Place, person: Person, kept: Iterable[Passkey], challenge: bytes) -> dict[str, Any]:
    """`PublicKeyCredentialCreationOptions` as JSON for a new passkey of a person."""
    options = generate_registration_options(
        rp_id=place.rp,
        rp_name=NAME,
        user_id=hashlib.sha256(f"person:{person.id}".encode()).digest(),
        user_name=person.id,
        user_display_name=person.name.zh,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in kept],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return options_to_json_dict(options)


def registered(place: Place, answer: dict[str, Any], challenge: bytes) -> tuple[bytes, bytes, int]:
    """(credential id, public key, sign count) of a new passkey.

    Raises:
        PasskeyRefused: the answer does not hold.
    """
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.rp,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused(why=type(error).__name__) from error
    if len(found.credential_id) > 1023 or len(found.credential_public_key) > 2048:
        raise PasskeyRefused(why="size")
    return found.credential_id, found.credential_public_key, found.sign_count


def to_sign_in(place: Place, kept: Iterable[Passkey], challenge: bytes) -> dict[str, Any]:
    """`PublicKeyCredentialRequestOptions` as JSON: with any passkey of this place, or with one of `kept`."""
    options = generate_authentication_options(
        rp_id=place.rp,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential) for one in kept],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def credential_of(answer: dict[str, Any]) -> bytes:
    """Which credential an answer says it is of.

    Raises:
        PasskeyRefused: it says none.
    """
    try:
        return base64url_to_bytes(str(answer["rawId"]))
    except (KeyError, ValueError) as error:
        raise PasskeyRefused(why="rawId") from error


def challenge_of(answer: dict[str, Any]) -> str:
    """Which challenge an answer says it is to, in base64url.

    Raises:
        PasskeyRefused: it says none.
    """
    try:
        said = msgspec.json.decode(base64url_to_bytes(str(answer["response"]["clientDataJSON"])))
        return str(said["challenge"])[:100]
    except (KeyError, ValueError, TypeError, msgspec.MsgspecError) as error:
        raise PasskeyRefused(why="challenge") from error


def signed_in(place: Place, answer: dict[str, Any], challenge: bytes, passkey: Passkey) -> int:
    """The passkey's new sign count.

    Raises:
        PasskeyRefused: the signature, the challenge, the place or the count (a copied key) does not hold.
    """
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.rp,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyRefused(why=type(error).__name__) from error
    return found.new_sign_count
