"""Work that nobody waits for: loops beside the requests, in every process, each run safe beside another's."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from web_service.logging import log_exception

if TYPE_CHECKING:
    from web_service.site import Site

SHARED_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is called every `seconds`, first after that time; what it raises is logged, and it runs again."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]


class Jobs:
    """The running jobs of a process."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = tuple(jobs)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; call inside the loop."""
        self._tasks = [asyncio.create_task(self._loop(job), name=job.name) for job in self._jobs]

    async def stop(self) -> None:
        """Cancel and wait; a transaction that is under way is either done or undone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @staticmethod
    async def _loop(job: Job) -> None:
        while True:
            await asyncio.sleep(job.seconds)
            try:
                await job.run()
            except Exception as error:
                # The boundary of a job: the next run tries again, and the log says what happened to this one.
                log_exception("job_failed", error, job=job.name)


def shared_jobs(site: "Site") -> tuple[Job, ...]:
    """What every service does: seal audit rows, forget ended sessions and old counters, fold the log into the file."""

    async def seal() -> None:
        while await site.audit.seal(site.clock.now()):
            pass

    async def purge() -> None:
        await site.sessions.purge(site.clock.now())
        await site.limits.purge(site.clock.now())
        await site.database.tidy()

    return Job("audit_seal", SHARED_SECONDS, seal), Job("purge", SHARED_SECONDS, purge)
