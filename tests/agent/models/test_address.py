"""Which addresses stay on this machine, and how they are written."""

import pytest

from mlpilot.agent.models.address import host_of, is_loopback, normal_base_url


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:1/v1",
        "http://LOCALHOST/v1",
        "http://localhost./v1",
        "http://ollama.localhost:8000/",
        "http://127.0.0.1",
        "http://127.8.9.10:99/v1",
        "http://[::1]:8000/",
        "http://[::ffff:127.0.0.1]:8000/",
        "http://evil.com@localhost/v1",
        "https://user:word@127.0.0.1/v1",
        "http://localhost/#@evil.com",
    ],
)
def test_an_address_of_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.com/v1",
        "http://localhost.example.com/",
        "http://127.0.0.1.nip.io/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "http://localhost@evil.com/",
        "http://localhost:80@evil.com/",
        "http://evil.com/#@localhost",
        "http://evil.com?@localhost",
        "http://evil.com\\@localhost/",
        "http://localhost\\@evil.com/",
        "http://evil.com\t@localhost/",
        "http://local\nhost/",
        "http://localhost%2eevil.com/",
        "http://evil.com%00.localhost/",
        "http://0.0.0.0:8000/",
        "http://[::]:8000/",
        "http://10.0.0.1/",
        "http://169.254.1.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://notlocalhost/",
        "http://ｌｏｃａｌｈｏｓｔ/",
        "http://[::1",
        "localhost:8000",
        "http://",
        "",
    ],
)
def test_an_address_of_another_machine_or_none_at_all(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://API.Example.com:443/v1", "api.example.com"),
        ("http://user:word@example.com/", "example.com"),
        ("http://[::1]:8000/", "::1"),
        ("http://a\\b/", ""),
        ("http://[::1", ""),
        ("nothing", ""),
    ],
)
def test_the_host_of_an_address(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("https://api.example.com", "https://api.example.com/v1"),
        ("https://api.example.com/", "https://api.example.com/v1"),
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("https://api.example.com/openai/deployments/x/", "https://api.example.com/openai/deployments/x"),
        ("https://api.example.com/v1?api-version=3", "https://api.example.com/v1?api-version=3"),
        ("http://localhost:8000", "http://127.0.0.1:8000/v1"),
        ("http://LocalHost:8000/api/v3/", "http://127.0.0.1:8000/api/v3"),
        ("http://localhost", "http://127.0.0.1/v1"),
        ("http://engine.localhost:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://me:word@localhost:8000/v1", "http://me:word@127.0.0.1:8000/v1"),
        ("http://localhost@evil.com/v1", "http://localhost@evil.com/v1"),
        ("https://localhost:8000/v1", "https://localhost:8000/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
        ("http://localhost.example.com/v1", "http://localhost.example.com/v1"),
        ("  http://127.0.0.1:1/v1  ", "http://127.0.0.1:1/v1"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_an_address_as_a_client_takes_it(address: str, normal: str) -> None:
    assert normal_base_url(address) == normal
    assert normal_base_url(normal) == normal
    assert is_loopback(normal) == is_loopback(address.strip())
