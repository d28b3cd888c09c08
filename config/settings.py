"""Every setting of Headwater, from the environment; README's table documents each one."""

import os
import sys
from pathlib import Path

from django.utils.csp import CSP

from config.database import database_settings
from config.environment import Environment, kept_secret
from config.logs import logging_settings
from config.mail import mailers
from config.staticversion import static_version

environment = Environment(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent

# --- who and where ---------------------------------------------------------------------------
DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.text("SECRET_KEY") or kept_secret(BASE_DIR / ".headwater/secret_key")
MAX_BODY_BYTES = environment.whole_number("MAX_BODY_BYTES", 32 << 20, minimum=1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *environment.hosts("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS")

# --- apps ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "lineage",
    "catalog",
    "accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "lucide",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.logs.RequestMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.web.nul_names_nothing",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "accounts.web.shell",
            ],
            "builtins": ["accounts.templatetags.ui"],
        },
    }
]

# --- database --------------------------------------------------------------------------------
DATABASES = {"default": database_settings(environment)}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- login and tokens ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# scrypt costs a guesser memory as well, and a login a quarter of what PBKDF2 takes.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Rate limits go by the client's address; behind proxies it stands in X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.whole_number("TRUSTED_PROXY_COUNT", 0, minimum=0)
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 a model's name
#: ApiToken is the only token table; knox' own would stay empty.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "hw_", "TOKEN_TTL": None}

# --- mail ------------------------------------------------------------------------------------
MAILERS = mailers(environment.text("EMAIL_URL"))
SENDS_MAIL = bool(environment.text("EMAIL_URL"))
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "Headwater <headwater@localhost>")

# --- API -------------------------------------------------------------------------------------
OPENLINEAGE_EVENT_DAYS = environment.whole_number("OPENLINEAGE_EVENT_DAYS", 0, minimum=0)
RATE_LIMIT_READS = environment.whole_number("RATE_LIMIT_READS", 0, minimum=0)
RATE_LIMIT_WRITES = environment.whole_number("RATE_LIMIT_WRITES", 0, minimum=0)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.PrincipalThrottle"],
    "URL_FORMAT_OVERRIDE": None,  # `format` is what a file is, not what an answer looks like
    "EXCEPTION_HANDLER": "accounts.problems.problem_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Headwater",
    "DESCRIPTION": "Flows and executions in; catalog, history and lineage out.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1/\{tenant\}",
    "SERVERS": [{"url": "/"}],
    "TAGS": [
        {"name": name}
        for name in (
            "Assets",
            "Lineage",
            "Executions",
            "Flows",
            "Namespaces",
            "OpenLineage",
            "dbt",
            "Tenant",
            "Exporters",
        )
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.add_problems",
    ],
}

# --- words, time, files ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
STATIC_URL = "static/" if DEBUG else f"static/{static_version(BASE_DIR)}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:  # noqa: N802 a setting's name
    """Every URL names the files' version."""
    return not DEBUG


# --- jobs, logs ------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING = logging_settings(
    environment.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO"),
    environment.choice(
        "LOG_FORMAT", ["json", "console"], "console" if sys.stderr.isatty() else "json"
    ),
)
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # `config.logs` has looked at it
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20

# --- what exporters may reach ----------------------------------------------------------------
EXPORT_DIR = environment.folder("EXPORT_DIR")
EXPORT_ALLOW_PRIVATE_HOSTS = environment.flag("EXPORT_ALLOW_PRIVATE_HOSTS")

# --- browser security ------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
X_FRAME_OPTIONS = "DENY"
HTTPS = environment.flag("HTTPS")  # a proxy in front speaks TLS and sets X-Forwarded-Proto
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Subdomains and the browsers' preload list concern other hosts: their owner's decision.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
