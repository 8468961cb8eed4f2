"""
Hold a session for as long as a program works with it, and hear about its lease.

    python examples/hold_a_session.py

Ctrl-C, an exception and SIGTERM stop the session as well.
"""

from arr_facade import Client, LeaseEvent, Session


def on_progress(session: Session) -> None:
    """
    Each state seen while waiting.
    """
    print(f"{session.id} is {session.status}")


def on_event(event: LeaseEvent) -> None:
    """
    Each renewal, and a warning where the end comes near.
    """
    print(f"lease {event.kind}: {event.reason}")


def work(host: str, port: int) -> None:
    """
    Whatever renders.
    """
    print(f"connecting to {host}, port {port}")


def main() -> None:
    """
    Wait for the session, work, and leave nothing behind.
    """
    with (
        Client() as client,
        client.session(lease="5m", limit="2h", on_progress=on_progress, on_event=on_event) as session,
    ):
        assert session.host is not None
        assert session.handshake_port is not None
        work(session.host, session.handshake_port)


if __name__ == "__main__":
    main()
