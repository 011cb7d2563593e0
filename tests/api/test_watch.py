"""Waiting for commands to change."""

import asyncio

from acs.api.watch import CommandWatch


def test_a_waiter_wakes_when_its_command_changes() -> None:
    async def main() -> None:
        watch = CommandWatch()
        first = asyncio.create_task(watch.wait("c1", 60))
        second = asyncio.create_task(watch.wait("c1", 60))
        other = asyncio.create_task(watch.wait("c2", 60))
        await asyncio.sleep(0)
        watch.changed("c1")
        await asyncio.wait_for(asyncio.gather(first, second), 5)
        assert not other.done()
        watch.close()
        await asyncio.wait_for(other, 5)

    asyncio.run(main())


def test_a_waiter_that_gives_up_leaves_nothing_behind() -> None:
    async def main() -> None:
        watch = CommandWatch()
        await watch.wait("c1", 0.001)
        task = asyncio.create_task(watch.wait("c1", 60))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not watch._waiting
        watch.changed("c1")

    asyncio.run(main())


def test_nobody_waits_on_a_closed_watch() -> None:
    async def main() -> None:
        watch = CommandWatch()
        watch.close()
        await asyncio.wait_for(watch.wait("c1", 60), 5)

    asyncio.run(main())
