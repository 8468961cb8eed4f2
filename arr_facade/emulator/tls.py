"""
https for the emulator: a certificate authority that lives as long as its process, and a file by which clients trust it.

    authority = Authority("ca.pem")
    with serve(Emulator(), tls=authority) as server:
        print(server.endpoint)  # https://127.0.0.1:...

Microsoft's SDKs send no token over plain http. Needs the extra `emulator` (trustme), imported when one is made.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["HOSTS", "Authority"]

HOSTS = ("localhost", "127.0.0.1", "::1", "sts.localhost", "emulator.localhost")
"""
The names every certificate is good for. `sts.localhost` is where Microsoft's SDKs look for the token service of an
account whose domain is `localhost`.
"""


class Authority:
    """
    A new authority, one certificate signed by it, and a file that makes a program trust it.

    The authority's private key never leaves the memory of this process, so nobody can sign anything else that those who
    trust the file would believe. Each start makes another authority and writes the file anew.

    Args:
        ca_file: Where to write what clients have to trust. The authority comes first; the public ones follow, so that
            a program pointed to this file by SSL_CERT_FILE, CURL_CA_BUNDLE or REQUESTS_CA_BUNDLE still reaches the rest
            of the world.
        hosts: Names and addresses the certificate is good for beyond `HOSTS`, for a name that the machine's hosts
            file leads here.

    Raises:
        ConfigurationError: The file cannot be written, a name is none, or trustme is not installed.
    """

    def __init__(self, ca_file: str | os.PathLike[str], *, hosts: Collection[str] = ()) -> None:
        try:
            import certifi  # noqa: PLC0415 - only https needs it; httpx has brought it along
            import trustme  # noqa: PLC0415 - an extra, and a tenth of a second to import
        except ModuleNotFoundError as error:
            advice = 'install the extra: pip install "arr-facade[emulator]"; plain http does without'
            raise ConfigurationError(
                "emulator", "https", f"needs {error.name}, which is not installed", advice=advice
            ) from error
        authority = trustme.CA(organization_name="Azure Remote Rendering emulator of this machine")
        names = [*HOSTS, *(name for name in hosts if name not in HOSTS)]
        try:
            self._certificate = authority.issue_cert(*names, common_name=HOSTS[0])
        except ValueError as error:
            raise ConfigurationError("hosts", ", ".join(hosts), f"cannot be put on a certificate: {error}") from error
        self.pem: bytes = authority.cert_pem.bytes()
        """The authority alone, for a program that takes a certificate as text."""
        self.ca_file = Path(ca_file).absolute()
        """What clients have to trust."""
        _replace(self.ca_file, self.pem + b"\n" + Path(certifi.where()).read_bytes())

    def __repr__(self) -> str:
        return f"Authority({str(self.ca_file)!r})"

    @property
    def environment(self) -> dict[str, str]:
        """
        The variables that make other programs trust it: OpenSSL and httpx, curl, requests, and Node.js read one each.
        """
        # curl reads OpenSSL's too, but only where its own and SSL_CERT_DIR are not set.
        names = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        return dict.fromkeys(names, str(self.ca_file))

    def server_context(self) -> ssl.SSLContext:
        """
        What a server needs to be believed.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """
        What a client of this process needs to believe it; it trusts nobody else.
        """
        return ssl.create_default_context(cadata=self.pem.decode("ascii"))


def _replace(path: Path, content: bytes) -> None:
    """
    Write the file at once: a client that starts meanwhile reads the old one or the new one, never a part.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise ConfigurationError("ca_file", path, f"cannot be written: {error}") from error
