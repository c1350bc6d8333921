import sys

# Great Expectations looks for Spark's client-server part wherever pyspark is installed, and that part ends every process that was begun by `python -c` (test workers are) when
# its own libraries are missing. Nobody here uses it: the import error that it now meets is one that it expects.
sys.modules.setdefault("pyspark.sql.connect", None)  # type: ignore[arg-type]
