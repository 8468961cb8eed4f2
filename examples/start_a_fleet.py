"""
Start several sessions at once and stop them all, whatever happens to one of them.

    python examples/start_a_fleet.py
"""

import anyio

from arr_facade import ArrError, AsyncClient

SIZES = ["Standard", "Standard", "Premium"]


async def render(client: AsyncClient, size: str) -> None:
    """
    One session's life; its failure is its own.
    """
    try:
        async with client.session(size=size, lease="5m") as session:
            print(f"{session.id} ({size}) is at {session.host}")
    except ArrError as error:
        print(f"a session of size {size} was not to be had: {error}")


async def main() -> None:
    """
    All of them, through one client.
    """
    async with AsyncClient() as client, anyio.create_task_group() as tasks:
        for size in SIZES:
            tasks.start_soon(render, client, size)


if __name__ == "__main__":
    anyio.run(main)
