"""Version 4 of the SDK, whose calls are awaited. Each runs in a thread of asyncio's own pool."""
