"""What one asker has to himself."""

from typing import Any

import pytest
from allauth.account.adapter import get_adapter

from accounts.askers import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::9]", "2001:db8:0:1::/64"),
        ("192.0.2.7:5555", "192.0.2.7"),
        ("[2001:db8:0:1::9]:443", "2001:db8:0:1::/64"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
        ("2001:db8:0:1::443", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_network_is_what_one_asker_has(address: str, network: str) -> None:
    assert network_of(address) == network


def test_failed_sign_ins_are_counted_by_network(rf: Any) -> None:
    request = rf.get("/", REMOTE_ADDR="2001:db8:0:1:2:3:4:5")
    assert get_adapter().get_client_ip(request) == "2001:db8:0:1::"
