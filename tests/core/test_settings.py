"""Settings come from the environment, and nothing listens beyond this machine while there is no sign-in."""

from pathlib import Path

import pytest

from fangwei.core.settings import AddressRefused, SettingInvalid, Settings


def test_what_a_child_gets_is_what_its_parent_had():
    settings = Settings(data=Path("/x"), nats_port=5, nats_token="t", db_url="postgresql+asyncpg://h/d")
    assert Settings.from_environment(settings.environment()) == settings


@pytest.mark.parametrize("rate", ["many", "-1", "1e3", "1000001"])
def test_a_rate_that_is_none_is_named_with_its_variable(rate):
    with pytest.raises(SettingInvalid) as refused:
        Settings.from_environment({"FANGWEI_RATE_PER_S": rate})
    assert "FANGWEI_RATE_PER_S" in refused.value.message.en
    assert Settings.from_environment({"FANGWEI_MACHINE_RATE_BURST": "70000"}).machine_rate_burst == 70_000


@pytest.mark.parametrize("port", ["eighty", "-1", "70000", "8080 ", "٣"])
def test_a_port_that_is_no_port_is_named_with_its_variable(port):
    with pytest.raises(SettingInvalid) as refused:
        Settings.from_environment({"FANGWEI_WEB_PORT": port})
    assert "FANGWEI_WEB_PORT" in refused.value.message.en and "65535" in refused.value.message.zh


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "plant.example", ""])
def test_another_address_than_this_machine_is_refused_and_says_why(host):
    with pytest.raises(AddressRefused) as refused:
        Settings.from_environment({"FANGWEI_HOST": host})
    assert "FANGWEI_TLS_CERT" in refused.value.message.en


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_loopback_is_allowed(host):
    assert Settings.from_environment({"FANGWEI_HOST": host}).host == host
