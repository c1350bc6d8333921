"""Great Expectations' Data Docs in the run's folder ``contracts/``: built aside, offline, under names that stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from data_contracts import deliveries
from data_contracts.contract import Contract
from data_contracts.errors import IntegrityError
from data_contracts.expectations import described, quiet_context
from data_contracts.promises import Promise, promises
from data_contracts.validation import Kept, Validation
from reports import contracts
from reports.contracts import Masthead, Source
from reports.quarantine import FileKept


def write(
    validations: Sequence[Validation], files: Sequence[FileKept], masthead: Masthead, folder: Path
) -> Path:
    """Writes ``folder/contracts/``: ``index.html``, ``quarantaine.html`` and two pages per source. Gives its path.

    Same input, same bytes. Raises IntegrityError when Great Expectations leaves a page out.
    """
    shown = contracts.sources(validations, files)
    target = folder / "contracts"
    target.mkdir(exist_ok=True)
    if shown:
        with TemporaryDirectory(prefix=".contracts-", dir=folder) as site:
            _build(shown, masthead, Path(site))
            for source in shown:
                _take(Path(site) / "expectations", source.name, target / f"{source.name}-contrat.html")
                _take(Path(site) / "validations" / source.name, "*", target / f"{source.name}.html")
    (target / "index.html").write_bytes(contracts.index_page(shown, masthead))
    (target / "quarantaine.html").write_bytes(contracts.quarantine_page(files, masthead))
    return target


def promised(source: Contract) -> tuple[Promise, ...]:
    """Every promise that the page of a contract shows."""
    return (*promises(source), *deliveries.promises(source))


def _take(folder: Path, stem: str, target: Path) -> None:
    """The site builder notes a failed page in the log and goes on; here that is an error."""
    pages = list(folder.rglob(f"{stem}.html"))
    if len(pages) != 1:
        raise IntegrityError(
            f"the page {target.name} was not made",
            where="contracts/",
            hint="this is a fault of Lanterne, not of the extract; please report it.",
        )
    pages[0].rename(target)


def _build(shown: Sequence[Source], masthead: Masthead, site: Path) -> None:
    from great_expectations import ExpectationSuite

    context = quiet_context()
    for source in shown:
        expectations = [described(p) for p in promised(source.contract)]
        context.suites.add(ExpectationSuite(name=source.name, expectations=expectations))
        context.validation_results_store.set(*_stored(source))
    context.add_data_docs_site("lanterne", _site(masthead, site))
    context.build_data_docs(site_names=["lanterne"], build_index=False)


def _site(masthead: Masthead, site: Path) -> Any:
    view = {
        "module_name": "reports.data_docs",
        "class_name": "LanternePage",
        "city": masthead.city,
        "language": masthead.language,
        "is_fictitious": masthead.is_fictitious,
    }
    renderer = {"module_name": "reports.data_docs", "language": masthead.language}
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "site_section_builders": {
            "expectations": {"renderer": renderer | {"class_name": "SuitePage"}, "view": view},
            "validations": {"renderer": renderer | {"class_name": "ResultPage"}, "view": view},
            "profiling": "none",
        },
    }


def _stored(source: Source) -> tuple[Any, Any]:
    """The source's checks as one result of Great Expectations, under an identifier that says nothing of this moment."""
    from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = RunIdentifier(run_name=source.name, run_time=datetime(1970, 1, 1, tzinfo=UTC))
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(name=source.name),
        run_id=run,
        batch_identifier=source.name,
    )
    result = ExpectationSuiteValidationResult(
        success=source.held == len(source.promises),
        results=[_result(p) for p in source.promises],
        suite_name=source.name,
        statistics={
            "evaluated_expectations": len(source.promises),
            "successful_expectations": source.held,
        },
        meta={
            "run_id": run,
            "rows": source.rows,
            "rows_quarantined": source.rows_quarantined,
            "files": [_file(f) for f in source.files],
        },
    )
    return key, result


def _result(kept: Kept) -> Any:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    return ExpectationValidationResult(
        success=kept.is_held,
        expectation_config=ExpectationConfiguration(
            type=kept.expectation,
            kwargs=dict(kept.settings),
            description=kept.rule,
            meta={"is_about_files": kept.is_about_files, "severity": kept.severity},
        ),
        result={"element_count": kept.rows, "unexpected_count": kept.rows_broken},
    )


def _file(file: FileKept) -> dict[str, str | int | bool]:
    return {
        "file_id": file.file_id,
        "name": file.name,
        "delivered_on": file.delivered_on.isoformat(),
        "is_current": file.is_current,
        "rows_read": file.rows_read,
        "rows_accepted": file.rows_accepted,
        "rows_quarantined": file.rows_quarantined,
    }
