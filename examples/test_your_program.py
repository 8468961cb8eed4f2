"""
Test a program of yours against the emulator: rare events on demand, and no waiting.

    python examples/test_your_program.py
"""

from arr_facade import Client, ManualClock, SessionFailedError
from arr_facade.emulator import Emulator


def start_with_a_second_try(client: Client) -> str:
    """
    The program: session errors are usually transient, so it tries once more.
    """
    try:
        with client.session("first") as session:
            return session.id
    except SessionFailedError:
        with client.session("second") as session:
            return session.id


def main() -> None:
    """
    The test: the first session breaks while it starts.
    """
    with Emulator(clock=ManualClock()) as emulator, Client(emulator=emulator) as client:
        client.create_session("first")
        emulator.fail_session("first")
        assert start_with_a_second_try(client) == "second"
        print("the program survives a session that fails to start")


if __name__ == "__main__":
    main()
