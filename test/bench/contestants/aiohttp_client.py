"""So many requests with aiohttp: <url> <requests> <connections>."""
import asyncio
import sys

import aiohttp

url, requests, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def main():
    left = requests

    async def work(session):
        nonlocal left
        while left > 0:
            left -= 1
            async with session.get(url) as response:
                await response.read()

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(work(session) for _ in range(connections)))


asyncio.run(main())
