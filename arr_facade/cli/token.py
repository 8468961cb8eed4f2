"""
`arr token`.
"""

from __future__ import annotations

from datetime import UTC, datetime

import click

from arr_facade.cli._options import Invocation, client_options
from arr_facade.cli._show import put, say, show_data

__all__ = ["command"]


@click.command("token")
@client_options
def command(invocation: Invocation) -> None:
    """
    Print an access token for the account, for curl and other programs. It is a secret for as long as it is valid.
    """
    with invocation.client() as client:
        token = client.token()
    expires = datetime.fromtimestamp(token.expires_at, UTC) if token.expires_at is not None else None
    if invocation.json:
        show_data({"token": token.token.reveal(), "expires_at": expires.isoformat() if expires else None})
        return
    if expires is not None:
        say(f"arr: valid until {expires:%Y-%m-%d %H:%M:%S} UTC")
    put(token.token.reveal())
