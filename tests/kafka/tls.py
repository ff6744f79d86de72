"""Certificates in the form that a broker's properties take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

if TYPE_CHECKING:
    import trustme


def keystore_properties(authority: trustme.CA) -> dict[str, str]:
    """Return the listener settings for TLS on localhost, with a certificate of this authority.

    Clients that show a certificate of the same authority are known by its subject where
    ``ssl.client.auth`` asks for one.
    """
    server = authority.issue_cert("localhost")
    # Kafka reads keys in PKCS #8 alone.
    key = load_pem_private_key(server.private_key_pem.bytes(), password=None)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": _one_line(*(p.bytes() for p in server.cert_chain_pems)),
        "ssl.keystore.key": _one_line(pkcs8),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": _one_line(authority.cert_pem.bytes()),
    }


def _one_line(*pems: bytes) -> str:
    return b"".join(pems).decode("ascii").replace("\n", "\\n")
