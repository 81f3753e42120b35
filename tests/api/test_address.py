"""Beyond this machine: with TLS from files, or behind a proxy; by the public name and no other."""

import datetime
import ssl
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.datastructures import Headers
from tests.api.conftest import _open

from fangwei.api.guard import check
from fangwei.core.settings import AddressRefused, SettingInvalid, Settings
from fangwei.identity.links import link_for

NAME = "plant.example"


def certificate(folder: Path) -> dict[str, str]:
    """A certificate for the public name, made for this test."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    files = {"FANGWEI_TLS_CERT": folder / "cert.pem", "FANGWEI_TLS_KEY": folder / "key.pem"}
    files["FANGWEI_TLS_CERT"].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files["FANGWEI_TLS_KEY"].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return {name: str(path) for name, path in files.items()}


OPEN = {"FANGWEI_HOST": "0.0.0.0", "FANGWEI_PUBLIC_URL": f"https://{NAME}"}


def test_an_open_address_needs_a_certificate_or_a_proxy_and_the_public_name(tmp_path):
    files = certificate(tmp_path)
    assert Settings.from_environment(OPEN | files).secure
    assert Settings.from_environment(OPEN | {"FANGWEI_BEHIND_PROXY": "1"}).proxies == "127.0.0.1,::1"
    for missing in (OPEN, {"FANGWEI_HOST": "0.0.0.0"} | files,
                    OPEN | {"FANGWEI_PUBLIC_URL": f"http://{NAME}", "FANGWEI_BEHIND_PROXY": "1"}):  # fmt: skip
        with pytest.raises(AddressRefused):
            Settings.from_environment(missing)


@pytest.mark.parametrize(
    "wrong",
    [
        {"FANGWEI_TLS_CERT": "/nowhere/cert.pem"}, {"FANGWEI_PUBLIC_URL": "plant.example"},
        {"FANGWEI_PUBLIC_URL": "https://plant.example/path?x=1"}, {"FANGWEI_PUBLIC_URL": "https://[::1"},
        {"FANGWEI_PUBLIC_URL": "javascript://plant.example"},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_named(wrong):
    with pytest.raises(SettingInvalid) as refused:
        Settings.from_environment(wrong)
    assert next(iter(wrong)) in refused.value.message.en


def test_the_public_name_is_let_in_and_no_other():
    names = frozenset({NAME})
    assert check("GET", Headers({"host": NAME}), False, names=names) is None
    assert check("GET", Headers({"host": f"{NAME}.evil.example"}), False, names=names).code == "api.host_refused"
    assert check("GET", Headers({"host": "10.0.0.5"}), False, names=names).code == "api.host_refused"


async def test_over_tls_the_cookie_is_secure_and_browsers_are_told_to_stay_with_it(settings, bus, plant, tmp_path):
    files = certificate(tmp_path)
    changed = msgspec.structs.replace(
        settings,
        tls_cert=files["FANGWEI_TLS_CERT"],
        tls_key=files["FANGWEI_TLS_KEY"],
        public_url=f"https://{NAME}:{settings.web_port}",
    )
    trusting = ssl.create_default_context(cafile=files["FANGWEI_TLS_CERT"])
    opened = _open(changed, bus, plant, sign_in=False)
    door = await anext(opened)
    url = f"https://127.0.0.1:{settings.web_port}"
    ours = {"host": f"{NAME}:{settings.web_port}"}
    sni = {"extensions": {"sni_hostname": NAME}}
    async with httpx.AsyncClient(base_url=url, verify=trusting, trust_env=False, headers=ours) as client:
        link = await link_for(door.settings, "wang_wei")
        answer = await client.post("/api/session", json={"link": link}, **sni)
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-fangwei-") and "Secure" in cookie and "HttpOnly" in cookie
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        refused = await client.get("/api/health", headers={"host": "evil.example"}, **sni)
        assert refused.status_code == 403
    await anext(opened, None)


async def test_behind_a_proxy_the_address_it_names_is_the_one_that_is_locked(settings, bus, plant):
    changed = msgspec.structs.replace(settings, behind_proxy="1", public_url=f"https://{NAME}")
    opened = _open(changed, bus, plant, sign_in=False)
    door = await anext(opened)
    client = await door.anonymous()

    async def guess(address):
        headers = {"host": NAME, "x-forwarded-for": address, "x-forwarded-proto": "https"}
        return (await client.post("/api/session", json={"link": "guess"}, headers=headers)).status_code

    assert [await guess("203.0.113.7") for _ in range(21)][-1] == 429
    assert await guess("203.0.113.8") == 401
    await anext(opened, None)
