"""What encryption at rest costs: 1,000,000 rows × 20 columns written and read back, encrypted against plain.

``python benchmarks/encryption.py [ROWS]``: seconds of each (the quickest of five rounds, since a busy machine only adds) and their ratio; and processor time, likewise.
"""

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from pipelines import encrypted
from pipelines.encrypted import Key

COLUMNS = 20
ROUNDS = 5
Times = tuple[float, float, float]


def seconds(folder: Path, key: Key | None, rows: int) -> Times:
    """(writing with its checkpoint, opening again and reading every value, processor time of both)."""
    path = folder / f"{'encrypted' if key else 'plain'}.duckdb"
    path.unlink(missing_ok=True)
    hashed = ", ".join(f"md5(concat(i, '-', {n})) as cle_{n}" for n in range(COLUMNS // 2))
    numbers = ", ".join(f"hash(i, {n}) % 100_000 as valeur_{n}" for n in range(COLUMNS // 2))
    busy, started = time.process_time(), time.perf_counter()
    with closing(encrypted.opened(path, key, read_only=False)) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"create table rows as select {hashed}, {numbers} from range({rows}) r(i)")
        connection.execute("checkpoint")
    written = time.perf_counter()
    with closing(encrypted.opened(path, key, read_only=True)) as connection:
        sums = ", ".join(f"max(cle_{n}), sum(valeur_{n})" for n in range(COLUMNS // 2))
        connection.execute(f"select {sums} from rows").fetchall()
    return written - started, time.perf_counter() - written, time.process_time() - busy


def main() -> None:
    """Prints the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    key = Key(origin="benchmark", secret="5a" * 32)
    with tempfile.TemporaryDirectory() as name:
        took = [(seconds(Path(name), None, rows), seconds(Path(name), key, rows)) for _ in range(ROUNDS)]
    print(f"{rows} rows × {COLUMNS} columns, the quickest of {ROUNDS} rounds")
    plain, locked = ([min(pair[i][at] for pair in took) for at in range(3)] for i in (0, 1))
    for what, one, other in zip(("write", "read", "processor"), plain, locked, strict=True):
        print(f"{what:9}  plain {one:6.2f} s   encrypted {other:6.2f} s   ratio {other / one:.2f}")
    both = sum(locked[:2]) / sum(plain[:2])
    print(f"write and read: encrypted takes {both:.2f} times as long")


if __name__ == "__main__":
    main()
