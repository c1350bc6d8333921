"""The rim: files, clock, environment, processes."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Before numpy is imported: every matrix of a cycle is small, and threads that wait for one another over it cost more than they save, most of all on a busy machine."""
