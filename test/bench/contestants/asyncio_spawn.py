"""So many shell commands with asyncio: <none|pipes> <count> <limit> <script>."""
import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE

how, count, limit, script = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


async def main():
    left = count
    to = PIPE if how == "pipes" else DEVNULL

    async def work(number):
        nonlocal left
        while left > 0:
            left -= 1
            child = await asyncio.create_subprocess_exec("sh", "-ec", script, stdin=DEVNULL, stdout=to, stderr=to)
            printed, _ = await child.communicate()
            if printed:
                sys.stdout.write(f"[{number}] {printed.decode()}")

    await asyncio.gather(*(work(number) for number in range(limit)))


asyncio.run(main())
