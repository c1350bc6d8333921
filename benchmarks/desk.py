"""How long the desk's pages take while people work at it: ``python -m benchmarks.desk [--cases N] [--users N] [--seconds S] [--database URL] [--json]``.

A real server in a process of its own, a desk with some thousand cases, users who each open a page, read it for about ``--think`` seconds and go on: the
queue with and without filters, cases, decisions. Bar: the 95th percentile of every kind of page is at most 100 ms, from the request to the last byte.
Exit 1 when it does not hold.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import desk_full

BAR_MS = 100.0
FILTERS = (
    {"scope": "list"},
    {"scope": "open", "page": "7"},
    {"scope": "open", "quartier": "07"},
    {"scope": "list", "state": "to_review", "order": "quartier"},
    {"scope": "all", "age_band": "80_plus", "order": "due"},
    {"scope": "all", "household": "H00000000000003"},
)
Timed = dict[str, list[float]]


class User:
    """One person with one browser connection."""

    def __init__(self, port: int, cookie: str, token: str, seed: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers, self.token = {"Cookie": f"lanterne={cookie}"}, token
        self.draw, self.took = random.Random(seed), defaultdict[str, list[float]](list)

    def ask(
        self, kind: str, method: str, path: str, form: dict[str, object] | None = None
    ) -> tuple[int, str]:
        """Status and text; the time is kept under ``kind``."""
        body = urlencode(form) if form else None
        headers = self.headers | ({"Content-Type": "application/x-www-form-urlencoded"} if form else {})
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.took[kind].append(1000 * (time.perf_counter() - started))
        return answer.status, text

    def work(self, until: float, think: float) -> Timed:
        """Pages, with a pause to read each."""
        pause: Callable[[], None] = lambda: time.sleep(think * self.draw.uniform(0.5, 1.5))  # noqa: E731
        time.sleep(think * self.draw.random())
        while time.perf_counter() < until:
            _, queue = self.ask("queue", "GET", f"/queue?{urlencode(self.draw.choice(FILTERS))}")
            pause()
            cases = re.findall(r'class="open" href="(/cases/[0-9a-f]{16})"', queue)
            for path in self.draw.sample(cases, min(2, len(cases))):
                _, case = self.ask("case", "GET", path)
                pause()
                version = re.search(r'name="version" value="(\d+)"', case)
                if version and 'class="ballot"' in case and self.draw.random() < 0.5:
                    form = {"csrf": self.token, "version": version[1], "choice": "followed"}
                    status, _ = self.ask("decision", "POST", f"{path}/decide", form)
                    if status not in (303, 409):
                        raise RuntimeError(f"a decision was answered with {status}")
                    pause()
            self.ask("follow-up", "GET", "/follow-up")
            pause()
        return self.took


def measured(
    cases: int, users: int, seconds: float, think: float, database: str | None, seed: int
) -> dict[str, object]:
    """Percentiles in milliseconds by kind of page."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        url = database or f"sqlite:///{Path(folder) / 'desk.sqlite'}"
        full = desk_full.desk(url)
        seats = desk_full.fill(full, cases, users, seed)
        full.database.close()
        port = _free_port()
        with subprocess.Popen(
            [sys.executable, "-m", "benchmarks.desk", "--serve", url, "--port", str(port)]
        ) as server:
            try:
                _wait(port)
                people = [User(port, cookie, token, seed + n) for n, (cookie, token) in enumerate(seats)]
                people[0].ask("warming up", "GET", "/queue")
                until = time.perf_counter() + seconds
                with ThreadPoolExecutor(users) as pool:
                    took = list(pool.map(lambda one: one.work(until, think), people))
            finally:
                server.terminate()
    return _figures(cases, users, took)


def _figures(cases: int, users: int, took: list[Timed]) -> dict[str, object]:
    kinds = sorted({kind for one in took for kind in one} - {"warming up"})
    all_of = {kind: sorted(ms for one in took for ms in one.get(kind, ())) for kind in kinds}
    pages = {
        kind: {
            "pages": len(values),
            "p50_ms": round(statistics.median(values), 1),
            "p95_ms": round(values[int(0.95 * (len(values) - 1))], 1),
            "worst_ms": round(values[-1], 1),
        }
        for kind, values in all_of.items()
    }
    return {
        "cases": cases, "users": users, "bar_ms": BAR_MS, "pages": pages,
        "holds": all(one["p95_ms"] <= BAR_MS for one in pages.values()),
    }  # fmt: skip


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the desk did not start")


def serve(url: str, port: int) -> None:
    """As ``lanterne review`` does, over a database that is there."""
    import uvicorn

    from review.app import application

    uvicorn.run(
        application(desk_full.desk(url)), host="127.0.0.1", port=port, access_log=False, log_level="error"
    )


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--think", type=float, default=2.0, help="seconds for which a page is read, on average"
    )
    parser.add_argument(
        "--database", help="address of an empty PostgreSQL database; a SQLite file when left out"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.port)
        return 0
    found = measured(given.cases, given.users, given.seconds, given.think, given.database, given.seed)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        print(f"{found['cases']} cases, {found['users']} users")
        for kind, one in found["pages"].items():  # type: ignore[attr-defined]
            print(
                f"  {kind:10} {one['pages']:6} pages   p50 {one['p50_ms']:6.1f} ms   p95 {one['p95_ms']:6.1f} ms (bar {BAR_MS:.0f})   worst {one['worst_ms']:6.1f} ms"
            )
        print("holds" if found["holds"] else "does not hold")
    return 0 if found["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
