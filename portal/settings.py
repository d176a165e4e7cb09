"""Settings from the environment only; CONCORD_MODE=embedded (the default) needs none."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = os.environ.get("CONCORD_MODE", "embedded")
if MODE not in ("embedded", "production"):
    raise ImproperlyConfigured(f"CONCORD_MODE is {MODE!r}; it must be embedded or production.")
PRODUCTION = MODE == "production"
DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / "var").resolve()
PORT = int(os.environ.get("PORT") or 8000)
SITE_URL = (
    environment.required_in_production("SITE_URL", PRODUCTION, "such as https://concord.example.org")
    or f"http://localhost:{PORT}"
).rstrip("/")

# Where browsers find the rooms in which chapters are written together: a path that the proxy routes, or, embedded
# and when this is empty, the next port (assessments/drafting/rooms/address.py).
ROOMS_URL = environment.rooms_url(SITE_URL, PRODUCTION)

SECRET_KEY = environment.secret_key(DATA_DIR, PRODUCTION)
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h] or (
    [SITE_URL.split("//")[1].split(":")[0]]
    if PRODUCTION
    else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "records",
    "panels",
    "assessments",
    "reviews",
    "portal",
    "rules",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "portal.administration.Config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "portal.middleware.traced",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.own_language_and_zone",
    "portal.middleware.asked_once",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.refusals_as_pages",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
ASGI_APPLICATION = "portal.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.context.frame",
            ],
        },
    }
]

DATABASES = {"default": environment.database(DATA_DIR, PRODUCTION)}
# Threads of one web process that do database work: for pages, and for live sessions (docs/operating.md).
WEB_THREADS = 16
LIVE_THREADS = 4
ROOMS_THREADS = 4
# How many processes docker-compose.yml starts; portal/connections.py counts their connections.
WEB_PROCESSES = environment.whole_number("WEB_PROCESSES", 2)
LIVE_PROCESSES = environment.whole_number("LIVE_PROCESSES", 1)
ROOMS_PROCESSES = environment.whole_number("ROOMS_PROCESSES", 1)
WORKER_PROCESSES = environment.whole_number("WORKER_PROCESSES", 2)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "panels.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.InvitationOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation that was answered has proved the address
ACCOUNT_PREVENT_ENUMERATION = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # straight from where they lie: nothing to gather, nothing to forget
WHITENOISE_AUTOREFRESH = False
# Kept files (records/files): in this folder, or in the bucket that FILES_URL names.
MEDIA_ROOT = DATA_DIR / "files"
FILES = environment.files()
FILES_CACHE_BYTES = environment.whole_number("FILES_CACHE_MB", 1024) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
UPLOAD_LIMIT_BYTES = 60 * 1024 * 1024

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM") or "Concord <concord@demo.example>"
if os.environ.get("MAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["MAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("MAIL_PORT") or 25)
    EMAIL_HOST_USER = os.environ.get("MAIL_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("MAIL_PASSWORD", "")
    EMAIL_USE_TLS = os.environ.get("MAIL_TLS") == "1"
    EMAIL_TIMEOUT = 20

REDIS_URL = os.environ.get("REDIS_URL", "")
RECORD_KEY_FILE = Path(os.environ.get("RECORD_KEY_FILE") or DATA_DIR / "record-key.pem")

# It holds counts alone: limits of sign-in and API. Several processes share them through Redis.
CACHES = {
    "default": {"BACKEND": "portal.caching.TolerantRedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
# Receivers of webhooks in one's own network, as host:port; all others lie in the public Internet (https).
WEBHOOKS_INSIDE = [where for where in os.environ.get("WEBHOOKS_INSIDE", "").split(",") if where]
# Where a DOI is looked up, such as https://doi.org; empty: nobody is asked, and nothing leaves the machine.
DOI_REGISTRY = os.environ.get("DOI_REGISTRY", "")
API_RATE_PERSON = int(os.environ.get("API_RATE_PERSON") or 600)  # requests a minute
API_RATE_ANONYMOUS = int(os.environ.get("API_RATE_ANONYMOUS") or 120)
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    if not SITE_URL.startswith("https://"):
        raise ImproperlyConfigured("SITE_URL must begin with https:// in production.")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],  # the schema's
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.problem",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord",
    "DESCRIPTION": "Everything a page can do, by the same actions, guards and permissions.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,  # a file is taken as bytes and never given as such
}

LOG_FORMAT = environment.one_of("LOG_FORMAT", logs.FORMATS, "json" if PRODUCTION else "plain")
LOG_LEVEL = environment.one_of("LOG_LEVEL", logs.LEVELS, "INFO" if PRODUCTION else "WARNING")
LOGGING = logs.configuration(LOG_FORMAT, LOG_LEVEL)
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
# Where the certificate is looked at: HOST:PORT; empty, where SITE_URL says.
CERTIFICATE_AT = os.environ.get("CERTIFICATE_AT", "")

# Days that things are kept once they have done their service (records/retention.py; docs/operating.md).
RETENTION_DAYS = {
    "sessions": 0,
    "invitations": 30,
    "letters": 90,
    "letter-files": 90,
    "jobs": 30,
    "deliveries": 30,
    "answers": 1,
    "imports": 90,
    "sheets": 0,
}
