"""What a WSGI server loads: the application on the settings of the environment."""

from __future__ import annotations

import os

from tipline import logs, memory, services, settings
from tipline.app import create_app

logs.configure()
app = create_app(services.build(settings.load(os.environ)))
memory.settle()
