"""Beyond one machine: the same statements on Apache Spark (``engine = "spark"``). Nothing here is imported where that is not asked for."""
