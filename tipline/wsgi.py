"""What a WSGI server loads: the application on the settings of the environment."""

from __future__ import annotations

import os
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from tipline import keyring, logs, memory, services, settings
from tipline.app import create_app

logs.configure()
_services = services.build(settings.load(os.environ))
with suppress(SQLAlchemyError):  # a database that is away is told by /readyz, and was made ready by `migrate`
    keyring.make_ready(_services)
app = create_app(_services)
memory.settle()
