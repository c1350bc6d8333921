"""What encryption at rest costs: 1,000,000 rows × 20 columns written and read back, encrypted against plain.

``python benchmarks/encryption.py [ROWS]``: seconds of each, the median of three rounds, and their ratio.
"""

import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from pipelines import encrypted
from pipelines.encrypted import Key

COLUMNS = 20
ROUNDS = 3


def seconds(folder: Path, key: Key | None, rows: int) -> tuple[float, float]:
    """(writing with its checkpoint, opening again and reading every value)."""
    path = folder / f"{'encrypted' if key else 'plain'}.duckdb"
    path.unlink(missing_ok=True)
    hashed = ", ".join(f"md5(concat(i, '-', {n})) as cle_{n}" for n in range(COLUMNS // 2))
    numbers = ", ".join(f"hash(i, {n}) % 100_000 as valeur_{n}" for n in range(COLUMNS // 2))
    started = time.perf_counter()
    with closing(encrypted.opened(path, key, read_only=False)) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"create table rows as select {hashed}, {numbers} from range({rows}) r(i)")
        connection.execute("checkpoint")
    written = time.perf_counter()
    with closing(encrypted.opened(path, key, read_only=True)) as connection:
        sums = ", ".join(f"max(cle_{n}), sum(valeur_{n})" for n in range(COLUMNS // 2))
        connection.execute(f"select {sums} from rows").fetchall()
    return written - started, time.perf_counter() - written


def main() -> None:
    """Prints the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    key = Key(origin="benchmark", secret="5a" * 32)
    with tempfile.TemporaryDirectory() as name:
        took = [(seconds(Path(name), None, rows), seconds(Path(name), key, rows)) for _ in range(ROUNDS)]
    print(f"{rows} rows × {COLUMNS} columns, median of {ROUNDS} rounds")
    for at, what in enumerate(("write", "read")):
        plain = statistics.median(one[at] for one, _ in took)
        locked = statistics.median(other[at] for _, other in took)
        print(f"{what:5}  plain {plain:6.2f} s   encrypted {locked:6.2f} s   ratio {locked / plain:.2f}")
    plain, locked = (statistics.median(sum(pair[i]) for pair in took) for i in (0, 1))
    print(f"both   plain {plain:6.2f} s   encrypted {locked:6.2f} s   ratio {locked / plain:.2f}")


if __name__ == "__main__":
    main()
