"""The machine and how it is reached: libraries, fonts, address, certificate, accounts that must not be there."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext as _

from assessments.rendering import run
from panels.models import User
from portal.doctor.findings import ERROR, WARNING, Finding

FONTS = (
    "NotoSans-Regular.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansSC-Regular.otf",
    "SourceSerif4-Regular.ttf",
)
SOON = timedelta(days=21)
PANGO = "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def pango(now):
    able, why = run.available()
    if not able:
        yield Finding(WARNING, "no-pango", _("No PDF can be made: %(why)s") % {"why": why}, PANGO)


def fonts(now):
    folder = settings.BASE_DIR / "static" / "fonts"
    missing = [name for name in FONTS if not (folder / name).is_file()]
    if missing:
        yield Finding(
            ERROR, "fonts-missing",
            _("Fonts that came with Concord are gone: %(names)s.") % {"names": ", ".join(missing)},
            "git checkout -- static/fonts",
        )  # fmt: skip


def demo_accounts(now):
    if settings.PRODUCTION and (found := User.objects.filter(is_demo=True, is_active=True).count()):
        yield Finding(
            ERROR, "demo-accounts",
            _("%(n)s accounts of the demonstration, whose password is printed, can sign in.") % {"n": found},
            'manage.py shell -c "from panels.models import User; '
            'User.objects.filter(is_demo=True).update(is_active=False)"',
        )  # fmt: skip


def address(now):
    if not settings.PRODUCTION:
        return
    if not settings.SITE_URL.startswith("https://"):
        yield Finding(ERROR, "no-https", _("SITE_URL does not begin with https://."), _("Set SITE_URL."))
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            ERROR,
            "any-host",
            _("The portal answers under any name (ALLOWED_HOSTS is *)."),
            _("Unset ALLOWED_HOSTS."),
        )


def certificate(now):
    """The certificate that a browser meets, asked where CERTIFICATE_AT says, else where SITE_URL does."""
    if not settings.PRODUCTION:
        return
    site = urlsplit(settings.SITE_URL)
    place, _colon, port = (settings.CERTIFICATE_AT or f"{site.hostname}:{site.port or 443}").rpartition(":")
    try:
        found = x509.load_der_x509_certificate(_presented(place, int(port), site.hostname))
    except (OSError, ValueError) as error:
        yield Finding(
            ERROR, "certificate-away",
            _("No certificate is shown at %(place)s:%(port)s: %(error)s")
            % {"place": place, "port": port, "error": error},
            "docker compose up -d proxy",
        )  # fmt: skip
        return
    ends = found.not_valid_after_utc
    remedy = _(
        "Lay certificate.pem and key.pem of your own into the volume certificate; docker compose restart proxy"
    )
    if ends < now + SOON:
        yield Finding(
            ERROR if ends < now else WARNING, "certificate-ends",
            _("The certificate of the site is valid until %(at)s (UTC).") % {"at": f"{ends:%Y-%m-%d %H:%M}"},
            remedy,
        )  # fmt: skip
    if found.issuer == found.subject:
        yield Finding(
            WARNING,
            "certificate-own",
            _("The certificate of the site is self-signed: browsers warn of it."),
            remedy,
        )


def _presented(place: str, port: int, name: str) -> bytes:
    context = ssl.create_default_context()
    # Whether it is trusted is the browsers' affair; here it is read.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((place, port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as tls,
    ):
        return tls.getpeercert(binary_form=True)


CHECKS = [pango, fonts, address, certificate]
WITH_DATABASE = [demo_accounts]
