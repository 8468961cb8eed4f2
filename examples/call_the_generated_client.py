"""
Call an operation of the generated client with the facade's connection, token included.

    python examples/call_the_generated_client.py

For what the facade does not offer: answers are the service's own, and so are their statuses.
"""

from uuid import UUID

from arr_client.rendering_2021_01_01.api.remote_rendering import get_session

from arr_facade import Client


def main() -> None:
    """
    One session, as the facade reads it and as the service has written it.
    """
    with Client() as client:
        session = client.create_session("mine")
        print(session)
        answer = get_session.sync_detailed(UUID(client.account_id), session.id, client=client.generated)
        print(answer.status_code, answer.parsed)
        client.stop_session(session.id)


if __name__ == "__main__":
    main()
