"""What a guess at a password costs: tests make it cheap for themselves, the program must not."""

from __future__ import annotations

import subprocess
import sys

from tests.laws.sources import ROOT

ASK = """
from tipline import passwords
print(passwords.make_hash("harbour-lantern-42"), passwords.new_lock())
"""


def test_hashes_and_keys_of_the_program_cost_64_mib_and_three_rounds() -> None:
    said = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    made, lock = said.stdout.split()

    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert lock.startswith("t=3,m=65536,p=4,s=")
