"""A counter of visits for version 4 of the SDK, which is asynchronous."""

import asyncio

from spinkv.spin_sdk.v4 import key_value, util


async def visit(page: str) -> int:
    with await key_value.open_default() as store:
        count = int(await store.get(page) or b"0") + 1
        await store.set(page, bytes(str(count), "utf-8"))
        return count


async def pages() -> list[str]:
    with await key_value.open("default") as store:
        return await util.collect(await store.get_keys())


async def forget(page: str) -> bool:
    with await key_value.open_default() as store:
        known = await store.exists(page)
        await store.delete(page)
        return known


async def visit_all(names: list[str]) -> list[int]:
    return list(await asyncio.gather(*(visit(name) for name in names)))
