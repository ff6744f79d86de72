"""A broker that lets nobody in without a login, and nobody do what is not documented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

from streams.config import load_settings
from streams.connection import admin_client
from tests.kafka.cluster import KafkaCluster, Listener
from tests.kafka.fixtures import cluster_or_skip
from tests.kafka.tls import keystore_properties

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"
RESOURCES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional id": ResourceType.TRANSACTIONAL_ID,
}
PASSWORD = "s3cret-of-"
"""Before a user's name: that user's password."""


@dataclass(frozen=True)
class Right:
    """A row of the documented rights."""

    user: str
    resource: str
    name: str
    operations: tuple[str, ...]


def documented_rights() -> list[Right]:
    """Read the table of rights; a row without a user belongs to the one above."""
    rights: list[Right] = []
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[2] in RESOURCES:
            user, _, resource, name, operations = cells
            rights.append(
                Right(
                    user or rights[-1].user,
                    resource,
                    name.strip("`"),
                    tuple(re.findall(r"\w+", operations)),
                )
            )
    return rights


USERS = sorted({right.user for right in documented_rights()})


@pytest.fixture(scope="package")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="package")
def guarded(authority: trustme.CA) -> Iterator[KafkaCluster]:
    keystore = keystore_properties(authority)
    modules = "org.apache.kafka.common.security"
    accounts = " ".join(f'user_{user}="{PASSWORD}{user}"' for user in USERS)
    listeners = (
        Listener(
            "SCRAM",
            "SASL_SSL",
            keystore
            | {
                "sasl.enabled.mechanisms": "SCRAM-SHA-512",
                "scram-sha-512.sasl.jaas.config": f"{modules}.scram.ScramLoginModule required;",
            },
        ),
        Listener(
            "PLAIN",
            "SASL_SSL",
            keystore
            | {
                "sasl.enabled.mechanisms": "PLAIN",
                "plain.sasl.jaas.config": f"{modules}.plain.PlainLoginModule required {accounts};",
            },
        ),
        Listener(
            "MUTUAL",
            "SSL",
            keystore
            | {
                "ssl.client.auth": "required",
                "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
            },
        ),
    )
    properties = {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # Who comes by the plaintext listener sets up the tests.
        "super.users": "User:ANONYMOUS",
    }
    with cluster_or_skip(
        1,
        listeners=listeners,
        properties=properties,
        scram_users={user: PASSWORD + user for user in USERS},
    ) as cluster:
        yield cluster


@pytest.fixture(params=["SCRAM", "PLAIN", "MUTUAL"])
def mechanism(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@dataclass(frozen=True)
class Door:
    """A way in: a listener, a topic prefix of its own, and a folder with what users need."""

    cluster: KafkaCluster
    authority: trustme.CA
    mechanism: str
    prefix: str
    folder: Path

    def configuration(self, user: str, password: str | None = None) -> Path:
        """Write the configuration file of a user and return its path."""
        ca = self.folder / "ca.pem"
        self.authority.cert_pem.write_to_path(ca)
        lines = {
            "BOOTSTRAP_SERVERS": self.cluster.addresses(self.mechanism),
            "TOPIC_PREFIX": self.prefix,
            "SSL_CA_LOCATION": ca,
        }
        if self.mechanism == "MUTUAL":
            certificate = self.authority.issue_cert(f"{user}@example.org", common_name=user)
            chain, key = self.folder / f"{user}.pem", self.folder / f"{user}.key"
            chain.write_bytes(b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
            certificate.private_key_pem.write_to_path(key)
            lines |= {
                "SECURITY_PROTOCOL": "SSL",
                "SSL_CERTIFICATE_LOCATION": chain,
                "SSL_KEY_LOCATION": key,
            }
        else:
            lines |= {
                "SECURITY_PROTOCOL": "SASL_SSL",
                "SASL_MECHANISM": "PLAIN" if self.mechanism == "PLAIN" else "SCRAM-SHA-512",
                "SASL_USERNAME": user,
                "SASL_PASSWORD": password or PASSWORD + user,
            }
        file = self.folder / f"{user}.env"
        file.write_text("".join(f"HEDGEWIRE_{name}={value}\n" for name, value in lines.items()))
        return file


@pytest.fixture
def door(guarded: KafkaCluster, authority: trustme.CA, mechanism: str, tmp_path: Path) -> Door:
    """Return a way in where every user has exactly the documented rights."""
    prefix = f"{mechanism.lower()}."
    admin: Any = admin_client(load_settings(guarded.bootstrap_servers))
    admin.create_acls(
        [
            ACL(
                principal=f"User:{right.user}",
                host="*",
                operation=ACLOperation[operation.upper()],
                permission_type=ACLPermissionType.ALLOW,
                resource_pattern=ResourcePattern(
                    RESOURCES[right.resource],
                    right.name if right.name == "desk" else prefix + right.name,
                    ACLResourcePatternType.LITERAL,
                ),
            )
            for right in documented_rights()
            for operation in right.operations
        ]
    )
    admin.close()
    return Door(guarded, authority, mechanism, prefix, tmp_path)
