"""
The Mixed Reality token service: an account key, or an identity's token, for an access token (service.md A.4).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import attrs

from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

__all__ = ["Claims", "Role", "TokenService", "bearer"]

Role = Literal["Administrator", "Client"]
"""Administrator may do everything, Client everything but conversions (service.md A.4)."""

_HEADER = {"alg": "HS256", "typ": "JWT"}


@attrs.frozen
class Claims:
    """
    What a genuine access token says.
    """

    account_id: str
    role: Role
    expires: float


def bearer(headers: Mapping[str, str]) -> str | None:
    """
    What follows `Bearer` in the Authorization header, or None.
    """
    scheme, _, credential = headers.get("authorization", "").partition(" ")
    return credential.strip() or None if scheme.lower() == "bearer" else None


class TokenService:
    """
    Issues and checks JSON web tokens of one account.

    They are signed with HMAC-SHA256 by a key derived from the account's: another emulator of the same account accepts
    them, one of another account does not. (The real service signed with RS256; a client has no business checking it.)

    Args:
        account_id: The account.
        keys: The account's keys; the first also signs.
        identities: Texts accepted in place of a Microsoft Entra token, and the role each has.
        lifetime: Seconds for which a token is valid.
        now: Reads the service's time.
        rng: Makes the token ids.

    Raises:
        ConfigurationError: An identity has a role that there is not.
    """

    def __init__(
        self,
        account_id: str,
        keys: tuple[str, ...],
        *,
        identities: Mapping[str, Role],
        lifetime: float,
        now: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self._account_id = account_id
        self._identities = _read_identities(identities)
        self._credentials = [f"{account_id}:{key}".encode() for key in keys]
        self._secret = hmac.digest(keys[0].encode(), b"access token of " + account_id.encode(), "sha256")
        self._lifetime = lifetime
        self._now = now
        self._rng = rng
        # A client sends the same token with every call: once is enough to see that it is genuine.
        self._claims = lru_cache(maxsize=256)(self._read)

    def exchange(self, account_id: str, credential: str | None) -> str | None:
        """
        An access token for the account, or None where the credential does not open it.
        """
        if credential is None or account_id.lower() != self._account_id.lower():
            return None
        offered = credential.encode()
        if any(hmac.compare_digest(offered, known) for known in self._credentials):
            return self.issue()
        role = self._identities.get(credential)
        return None if role is None else self.issue(role=role)

    def issue(self, *, role: Role = "Administrator", lifetime: float | None = None) -> str:
        """
        A fresh access token.

        Args:
            role: What it allows.
            lifetime: Seconds until it expires; None is the service's usual one, below 0 is expired already.

        Raises:
            ConfigurationError: There is no such role.
        """
        _check_role("role", role)
        now = self._now()
        return self._sign(
            {
                "iss": "https://sts.mixedreality.azure.com",
                "aud": "https://mixedreality.azure.com",
                "sub": self._account_id,
                "role": role,
                "iat": int(now),
                "nbf": int(now),
                "exp": int(now + (self._lifetime if lifetime is None else lifetime)),
                "jti": f"{self._rng.getrandbits(128):032x}",
            }
        )

    def skew(self, token: str, seconds: float) -> str:
        """
        A genuine token as a service would issue it whose clock is ahead by `seconds`; it is valid as long as before.
        """
        claims = self._decode_claims(token)
        shifted = {name: claims[name] + int(seconds) for name in ("iat", "nbf", "exp")}
        return self._sign({**claims, **shifted, "skew": int(seconds)})

    def check(self, token: str | None) -> Claims | None:
        """
        What the token says, or None where it is missing, forged, another account's key's, or expired.
        """
        claims = None if token is None else self._claims(token)
        return claims if claims is not None and self._now() < claims.expires else None

    def _sign(self, claims: Mapping[str, Any]) -> str:
        text = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, claims))
        return f"{text}.{_encode(self._signature(text))}"

    def _signature(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode(), hashlib.sha256)

    def _decode_claims(self, token: str) -> dict[str, Any]:
        claims: dict[str, Any] = json.loads(_decode(token.split(".")[1]))
        return claims

    def _read(self, token: str) -> Claims | None:
        text, _, signature = token.rpartition(".")
        try:
            genuine = hmac.compare_digest(_decode(signature), self._signature(text))
            claims = self._decode_claims(token) if genuine else None
        except ValueError:
            return None
        return None if claims is None else Claims(claims["sub"], claims["role"], claims["exp"] - claims.get("skew", 0))


def _read_identities(given: Mapping[str, Role]) -> dict[str, Role]:
    if not isinstance(given, Mapping):
        raise ConfigurationError("identities", type(given).__name__, "is no mapping of texts to their roles")
    for number, role in enumerate(given.values(), 1):
        # By its place: the text itself opens the account.
        _check_role(f"identities (entry {number})", role)
    return dict(given)


def _check_role(field: str, role: object) -> None:
    if role not in get_args(Role):
        raise ConfigurationError(field, role, f"is none of {', '.join(get_args(Role))}")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
