"""Make a self-signed certificate for the site where there is none: ``certificate.py FOLDER SITE_URL``.

It serves a first look and a closed network; a browser warns of it. For the public, lay your own
``certificate.pem`` and ``key.pem`` into the folder: what lies there is never touched.
"""

import datetime
import ipaddress
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

VALID = datetime.timedelta(days=397)  # browsers refuse longer ones


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def make(folder: Path, host: str, now: datetime.datetime) -> None:
    """Write key and certificate for the host, valid from ``now`` (aware, UTC)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = folder / "key.pem"
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    # The certificate comes last: where it lies, the key lies too.
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def main(folder: str, site: str) -> int:
    host = urlsplit(site).hostname
    if not host:
        print(
            f"SITE_URL is {site!r}; it must be an address such as https://concord.example.org.",
            file=sys.stderr,
        )
        return 2
    if not (Path(folder) / "certificate.pem").exists():
        make(Path(folder), host, datetime.datetime.now(datetime.UTC))
        print(f"A self-signed certificate for {host} was made in {folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
