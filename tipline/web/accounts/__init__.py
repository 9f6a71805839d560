"""Who works at the desk: signing in and out, second factors, visits, and one's own password."""

from flask import Blueprint

from tipline.web.intake import language

blueprint = Blueprint("signin", __name__)
blueprint.after_request(language.remember)

from tipline.web.accounts import (  # noqa: E402, F401 - they add their routes
    channels,
    enrolling,
    keyed,
    mine,
    programs,
    proving,
    second,
    signin,
)
