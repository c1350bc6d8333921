"""The experiment in triage 6.0, run by the Python of its own environment: ``python benchmarks/peers_triage.py URL FOLDER``.

``URL``: of a PostgreSQL that holds ``events(entity_id, known_on, kind, amount)``. The cohort, the 24 aggregates, the six days, the five splits, the label and the two models are those of
``benchmarks.peers_experiment``; precision among the first 500. Prints seconds of the matrices and of everything, how many matrices, models and figures there are,
and the names of the matrices (files in ``FOLDER/matrices``, which ``benchmarks.peers_same`` holds against ours).
"""

import json
import sys
import time
from pathlib import Path

LABEL = """
select entity_id, (count(*) filter (where kind = 'd' and amount > 60 and known_on >= '{as_of_date}'::date
  and known_on < '{as_of_date}'::date + interval '{label_timespan}') > 0)::integer as outcome
from events group by entity_id
"""
SUMS = [
    {"quantity": {f"sum_{kind}": f"case when kind = '{kind}' then amount end"}, "metrics": ["sum"]}
    for kind in "abcd"
]
CONFIG = {
    "config_version": "v8",
    "model_comment": "benchmark",
    "random_seed": 1,
    "temporal_config": {
        "feature_start_time": "2023-01-01",
        "feature_end_time": "2026-01-01",
        "label_start_time": "2024-07-01",
        "label_end_time": "2026-01-02",
        "model_update_frequency": "3month",
        "training_label_timespans": ["3month"],
        "training_as_of_date_frequencies": "3month",
        "test_durations": "0d",
        "test_label_timespans": ["3month"],
        "test_as_of_date_frequencies": "3month",
        "max_training_histories": "5y",
    },
    "cohort_config": {"query": "select distinct entity_id from events", "name": "all"},
    "label_config": {"query": LABEL, "name": "large_d"},
    "feature_aggregations": [
        {
            "prefix": "events",
            "from_obj": "events",
            "knowledge_date_column": "known_on",
            "aggregates_imputation": {"all": {"type": "zero_noflag"}},
            "categoricals_imputation": {"all": {"type": "zero_noflag"}},
            "aggregates": SUMS,
            "categoricals": [{"column": "kind", "choices": list("abcd"), "metrics": ["sum"]}],
            "intervals": ["91 days", "182 days", "365 days"],
        }
    ],
    "feature_group_definition": {"prefix": ["events"]},
    "feature_group_strategies": ["all"],
    "grid_config": {
        "triage.component.catwalk.estimators.classifiers.ScaledLogisticRegression": {
            "C": [1.0],
            "penalty": ["l2"],
        },
        "lightgbm.LGBMClassifier": {
            "n_estimators": [200],
            "num_leaves": [6],
            "learning_rate": [0.05],
            "n_jobs": [2],
            "verbosity": [-1],
        },
    },
    "scoring": {
        "testing_metric_groups": [{"metrics": ["precision@"], "thresholds": {"top_n": [500]}}],
        "training_metric_groups": [{"metrics": ["precision@"], "thresholds": {"top_n": [500]}}],
    },
}


def main() -> None:
    """See above."""
    from sqlalchemy import text
    from triage import create_engine
    from triage.experiments import SingleThreadedExperiment

    engine = create_engine(sys.argv[1])
    folder = Path(sys.argv[2])
    started = time.perf_counter()
    experiment = SingleThreadedExperiment(config=CONFIG, db_engine=engine, project_path=str(folder))
    experiment.generate_matrices()
    made = time.perf_counter()
    experiment.train_and_test_models()
    ended = time.perf_counter()
    counted = {
        "matrices": "triage_metadata.matrices",
        "models": "triage_metadata.models",
        "figures": "test_results.evaluations",
    }
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"select count(*) from {table}")).scalar()
            for name, table in counted.items()
        }
        names = connection.execute(text("select matrix_uuid from triage_metadata.matrices")).scalars().all()
    told = {"matrix_seconds": made - started, "seconds": ended - started, **found, "made": list(names)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
