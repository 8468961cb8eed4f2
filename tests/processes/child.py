"""
A program with a session: what the tests of this folder start, interrupt and kill.

    python child.py sync|asyncio|trio [detach]
"""

import sys
import threading

import arr_facade


def say(word):
    print(word, flush=True)  # noqa: T201 - a program prints


def options():
    return {"lease": "2m", "detach": "detach" in sys.argv, "on_progress": lambda session: say(session.status)}


def with_threads():
    with arr_facade.Client() as client, client.session("s", **options()):
        say("inside")
        threading.Event().wait()


async def with_tasks():
    import anyio

    async with arr_facade.AsyncClient() as client, client.session("s", **options()):
        say("inside")
        await anyio.sleep_forever()


match sys.argv[1]:
    case "sync":
        with_threads()
    case "asyncio":
        import asyncio

        asyncio.run(with_tasks())
    case "trio":
        import trio

        trio.run(with_tasks)
