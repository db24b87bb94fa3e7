"""A shell command every so many milliseconds, anchored at the start: <interval> <times> <script>."""
import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE

interval, times, script = int(sys.argv[1]) / 1000, int(sys.argv[2]), sys.argv[3]


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    for tick in range(1, times + 1):
        await asyncio.sleep(start + (tick - 1) * interval - loop.time())
        env = {**os.environ, "RUNJOBS_TICK": str(tick)}
        child = await asyncio.create_subprocess_exec(
            "sh", "-ec", script, env=env, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        printed, _ = await child.communicate()
        sys.stdout.write(printed.decode())


asyncio.run(main())
