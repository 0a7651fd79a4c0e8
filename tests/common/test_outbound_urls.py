"""Which URLs and addresses of partners are called."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from common.addresses import is_public
from common.outbound_urls import RefusedURLError, check_url

LOOPBACK = [ip_network("127.0.0.0/8")]


INSIDE = """
0.0.0.1 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1
192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
168.63.129.16 :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1
::ffff:0:169.254.169.254 1234::1 4000::1 9000::1
2001::1 2001:db8::1 2002:a9fe:a9fe::1 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
nonsense
"""
OUTSIDE = "1.1.1.1 93.184.215.14 172.32.0.1 ::ffff:8.8.8.8 2606:4700::1111 2a00:1450::1"


@pytest.mark.parametrize("address", INSIDE.split())
def test_inside_addresses_are_denied(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.com/hook",
        "https://partner.com:8443/hook",
        "ftp://partner.com/",
        "javascript:alert(1)",
        "//partner.com/hook",
        "partner.com/hook",
        "https://",
        "https:///hook",
        "https://user:secret@partner.com/",
        "https://user@partner.com/",
        "https://partner.com/#part",
        "https://partner.com/ hook",
        "https://partner.com/\nhook",
        "https://partner.com\\@10.0.0.1/",
        "https://bücher.example/",
        "https://partner.com:0x/",
        "https://partner.com:99999/",
        "https://localhost/",
        "https://api.localhost/",
        "https://db.internal/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://partner..com/",
        "https://" + "a" * 2000 + ".com/",
    ],
)
def test_refused_in_live_mode(url: str) -> None:
    with pytest.raises(RefusedURLError):
        check_url(url, environment="live")


@pytest.mark.parametrize(
    "url", ["https://partner.com/hook?x=1", "https://partner.com:443/", "https://xn--bcher-kva.example/"]
)
def test_accepted_in_live_mode(url: str) -> None:
    check_url(url, environment="live")


def test_plain_http_in_test_mode_alone() -> None:
    check_url("http://partner.com/hook", environment="test")
    check_url("https://partner.com/hook", environment="test")
    with pytest.raises(RefusedURLError, match="https on port 443 or http on port 80"):
        check_url("http://partner.com:8080/hook", environment="test")


def test_allowed_networks_may_use_any_port() -> None:
    check_url("http://127.0.0.1:9000/hook", environment="live", allowed_networks=LOOPBACK)
    with pytest.raises(RefusedURLError):
        check_url("http://10.0.0.1:9000/hook", environment="live", allowed_networks=LOOPBACK)
    with pytest.raises(RefusedURLError, match="user name"):
        check_url("http://a@127.0.0.1:9000/hook", environment="live", allowed_networks=LOOPBACK)


@pytest.mark.parametrize("url", ["http://localhost:8000/", "https://receiver.localhost/"])
def test_a_receiver_on_this_machine_is_named_by_its_address(url: str) -> None:
    with pytest.raises(RefusedURLError, match="by its address"):
        check_url(url, environment="live", allowed_networks=[ip_network("127.0.0.0/8"), ip_network("::1/128")])
