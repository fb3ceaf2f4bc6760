"""Django's settings, as far as the pages need any. No model, no ORM: pages, and sessions in a table of ours.

There is no ``SECRET_KEY``: nothing here signs, and whatever tried to would fail loudly instead of with a known key.
Cookies are marked ``Secure`` by our middleware where the request came by https, which is a matter of the installation.
Which hosts an application answers is an argument of ``fanshare.web.app.make_wsgi_app``, checked by its middleware.
"""

from pathlib import Path

_WEB = Path(__file__).resolve().parent.parent / "web"

DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS: list[str] = []
ROOT_URLCONF = "fanshare.config.urls"
#: What the API says of itself, for the page that shows it: pages do not know the API.
API_DESCRIPTION = "fanshare.config.urls.described"
APPEND_SLASH = False
USE_I18N = False
USE_TZ = True
LOGGING_CONFIG = None

MIDDLEWARE = [
    "fanshare.api.problems.only_problems",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "fanshare.web.middleware.response_headers",
    "fanshare.web.middleware.in_her_language",
    "fanshare.web.middleware.known_host",
    "fanshare.web.middleware.secure_cookies",
    "fanshare.web.sessions.Sessions",
    "django.middleware.csrf.CsrfViewMiddleware",
    "fanshare.web.middleware.plain_errors",
]

TEMPLATES = [
    {
        "BACKEND": "fanshare.web.templating.Templates",
        "DIRS": [str(_WEB / "templates")],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "fanshare.web.templating.environment"},
    }
]

#: Scripts, styles and fonts come from files of ours; nothing inline, no frames, no plug-ins, no other host.
SECURE_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
#: Whoever came by https comes so again: this host alone, for a year (RFC 6797). By http nothing is said.
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

SESSION_ENGINE = "fanshare.web.sessions"
SESSION_COOKIE_NAME = "fanshare"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
#: What a browser keeps while its owner is away at a provider that signs her in.
WAY_COOKIE_NAME = "fanshare_way"
#: Which page somebody wanted who was sent to sign in first.
WANTED_COOKIE_NAME = "fanshare_wanted"
CSRF_COOKIE_NAME = "fanshare_form"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "fanshare.web.errors.forged"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_HANDLERS = ["fanshare.web.uploads.Bounded"]
