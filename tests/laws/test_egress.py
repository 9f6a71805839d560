"""Who may reach out of the house: workers alone, through one door, and nothing by being loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.laws.sources import ROOT, imports, python
from workers import egress

# What speaks to servers of others. boto3 is storage's, redis and psycopg have addresses of ours.
SPEAKS = {"apprise", "requests", "smtplib", "httpx", "aiohttp", "ftplib", "telnetlib"}
MAY = {"workers/outgoing.py", "workers/egress.py"}
QUIET = """
import socket, sys
def refuse(*_): raise SystemExit("a socket was opened")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
import apprise
for url in sys.argv[1:]:
    made = apprise.Apprise.instantiate(url)
    assert made is not None, url
"""


def test_only_the_one_door_of_the_workers_leads_out() -> None:
    out = {one.name for one in python() if {name.split(".")[0] for name in imports(one)} & SPEAKS}

    assert out == MAY


def test_no_part_of_apprise_asks_anybody_when_it_is_loaded_or_given_an_address() -> None:
    urls = [
        "wecombot://key", "dingtalk://SECabc@token", "feishu://token", "lark://token", "schan://SCTabc",
        "mailtos://a:b@smtp.example.org:465?from=a@example.org&to=b@example.org", "jsons://example.org/x",
        "barks://example.org/key", "ntfys://example.org/topic", "gotifys://example.org/token",
    ]  # fmt: skip
    words = [sys.executable, "-c", QUIET, *urls]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::", "::1",  # noqa: S104
     "::127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fe80::1%eth0", "fd00::1",
     "fec0::1", "64:ff9b:1::a9fe:a9fe", "::ffff:0:7f00:1", "192.0.0.192", "168.63.129.16", "100.100.100.200",
     "fd00:ec2::254", "2001:0:7f00:1::", "ff02::1", "255.255.255.255"],
)  # fmt: skip
def test_no_way_of_writing_an_address_inside_opens_the_door(address: str) -> None:
    assert not egress.Door().lets(address)
    assert egress.Door().lets("64:ff9b::808:808")
