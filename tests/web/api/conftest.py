"""What tests of the API share: a reporter's program that has opened a tip."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.reporting import Tus, open_tip


@pytest.fixture
def tus(client: FlaskClient) -> Tus:
    """Speaks the upload protocol for a tip of its own, T-1001."""
    return Tus(client, open_tip(client, text="x")["access_token"])
