"""The web application: extensions, blueprints, headers, error pages. Everything it needs is handed in."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from apiflask import APIFlask
from flask_babel import Babel
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from tipline import __version__
from tipline.services import Services
from tipline.web import assets, current, errors, filters, limiting, media_links, requests, security
from tipline.web.accounts import signin
from tipline.web.crowd import Crowd

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
FORM_FIELDS_BYTES = 512 * 1024
FORM_PARTS = 400


def create_app(services: Services) -> APIFlask:
    """The whole web side on these services."""
    app = APIFlask(
        "tipline",
        title="Tipline",
        version=__version__,
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        template_folder=str(TEMPLATES),
        static_folder=None,  # type: ignore[arg-type]
    )
    app.request_class = requests.TiplineRequest
    app.json_provider_class = requests.PlainJSON  # Flask-Security makes its own of it
    app.url_map.converters["int"] = requests.RowNumber
    app.extensions["tipline"] = services
    _configure(app, services)
    Babel(app, locale_selector=current.locale, timezone_selector=lambda: services.settings.timezone)
    app.extensions["csrf_protect"] = CSRFProtect(app)
    limiting.init(app)
    signin.init(app)
    assets.init(app)
    Compress(app)
    filters.init(app)
    security.init(app)
    media_links.init(app)
    errors.init(app)
    _mount(app)
    if services.settings.media_url:
        host = urlsplit(services.settings.media_url).netloc
        app.wsgi_app = media_links.CookielessHost(app.wsgi_app, host)  # type: ignore[method-assign, assignment]
    app.wsgi_app = Crowd(app.wsgi_app)  # type: ignore[method-assign]
    proxies = services.settings.behind_proxy
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def _configure(app: APIFlask, services: Services) -> None:
    settings = services.settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-tipline" if settings.secure else "tipline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_PATH="/",
        PREFERRED_URL_SCHEME="https" if settings.secure else "http",
        BABEL_DEFAULT_LOCALE=settings.locale,
        BABEL_DEFAULT_TIMEZONE=settings.timezone,
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "locales"),
        # Uploads are read as streams and bounded there; only form fields are held in memory.
        MAX_FORM_MEMORY_SIZE=FORM_FIELDS_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
        # The token lives as long as the session: a report may stay open for hours while footage goes up.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        # Our pages send no Referer on purpose; web/security.py compares the Origin instead.
        WTF_CSRF_SSL_STRICT=False,
        JSON_AS_ASCII=False,
        TEMPLATES_AUTO_RELOAD=False,
        OPENAPI_VERSION="3.1.0",
        # Pages alone: answers of the API carry a tag that programs send back, and pictures are small already.
        COMPRESS_MIMETYPES=["text/html"],
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_STREAMS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]


def _mount(app: APIFlask) -> None:
    from tipline.web.accounts import blueprint as accounts
    from tipline.web.admin import blueprint as admin
    from tipline.web.api import blueprints as api
    from tipline.web.cases import blueprint as cases
    from tipline.web.community import blueprint as community
    from tipline.web.counter import blueprint as counter
    from tipline.web.health import blueprint as health
    from tipline.web.intake import blueprint as intake
    from tipline.web.maps import blueprint as maps
    from tipline.web.overview import blueprint as overview
    from tipline.web.reports import blueprint as reports
    from tipline.web.review import blueprint as review
    from tipline.web.service import blueprint as service
    from tipline.web.sharing import blueprint as sharing

    public = (intake, community, sharing, health, reports)
    desk = (review, counter, cases, service, overview, admin)
    for blueprint in (*public, *desk, maps, accounts, *api):
        app.register_blueprint(blueprint)
