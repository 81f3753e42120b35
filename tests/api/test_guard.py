import pytest
from starlette.datastructures import Headers

from fangwei.api.guard import BODY_LIMIT, check

JSON = {"content-type": "application/json", "content-length": "10"}


def code(method="POST", socket=False, **headers):
    given = {"host": "127.0.0.1:8080"} | {k.replace("_", "-"): v for k, v in headers.items()}
    refusal = check(method, Headers(given), socket)
    return refusal.code if refusal else None


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "127.9.9.9"])
def test_loopback_names_are_let_in(host):
    assert code("GET", host=host) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.5:8080", "", "a@127.0.0.1", "[::1"],
)
def test_other_host_names_are_refused_even_for_reading(host):
    assert code("GET", host=host) == "api.host_refused"


def test_two_host_headers_are_refused():
    raw = [(b"host", b"127.0.0.1"), (b"host", b"evil.example")]
    assert check("GET", Headers(raw=raw), False).code == "api.host_refused"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8080"])
def test_command_from_another_origin_is_refused(origin):
    assert code(origin=origin, **JSON) == "api.origin_refused"


def test_command_from_own_origin_or_from_a_program_is_let_in():
    assert code(origin="http://127.0.0.1:8080", **JSON) is None
    assert code(**JSON) is None


def test_socket_from_another_origin_is_refused():
    assert code("GET", socket=True, origin="http://evil.example") == "api.origin_refused"
    assert code("GET", socket=True, origin="http://127.0.0.1:8080") is None


def test_cross_site_fetch_without_origin_is_refused():
    assert code(sec_fetch_site="cross-site", **JSON) == "api.origin_refused"


def test_command_must_be_json_so_that_no_form_can_send_it():
    assert code(content_type="text/plain", content_length="10") == "api.body_not_json"
    assert code(content_length="10") == "api.body_not_json"


def test_large_body_is_refused_before_it_is_read():
    assert code(content_type="application/json", content_length=str(BODY_LIMIT + 1)) == "api.body_too_large"
    assert code(content_type="application/json", content_length="many") == "api.body_too_large"
