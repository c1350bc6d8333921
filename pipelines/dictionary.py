"""The data dictionary, in French, for the departments that hand files over and for auditors: one section per contract, nothing written twice."""

from __future__ import annotations

from collections.abc import Iterator

from data_contracts.contract import EMITTED, SOURCES, Column, Contract, load
from data_contracts.promises import KNOWN_BEFORE_DELIVERY
from reports.words import number, percent

TYPES = {
    "date": "date",
    "year": "année",
    "integer": "entier",
    "number": "nombre",
    "boolean": "oui/non",
    "string": "texte",
}
GATES = {
    "open": "ouverte",
    "frame": "cadre seulement (qui habite où : âge, adresse, présence)",
    "consent": "consentement (seules les lignes de qui a accepté)",
    "closed": "fermée",
}
DELIVERIES = {
    "snapshot": "photographie complète à une date",
    "events": "événements",
    "reference": "fichier de référence",
}
INTRODUCTION = """# Dictionnaire des données

Page engendrée depuis `data_contracts/*.odcs.yaml` par `make docs` ; ne pas la modifier à la main.

Une ligne qui enfreint une règle de ligne va en quarantaine ; au-delà du seuil de rejet le fichier entier est arrêté. Une règle de livraison n'arrête rien :
l'écart est signalé. « Obligatoire » dit que la valeur doit être renseignée, « facultative » que le fichier peut ne pas avoir la colonne. Une variable
« protégée » sert aux audits et n'entre dans aucun facteur. La porte est celle du contrat ; `city.toml` dit celle de la Ville, avec base, date et signataire."""


def data_dictionary() -> str:
    """The whole page."""
    received = "\n".join(_section(load(source)) for source in SOURCES)
    emitted = "\n".join(_section(load(name)) for name in EMITTED)
    return f"{INTRODUCTION}\n\n## Ce que la Ville remet\n\n{received}\n## Ce que Lanterne émet\n\n{emitted}"


def _section(contract: Contract) -> str:
    lines = (
        f"### `{contract.source}` – {contract.title}\n",
        f"{contract.purpose}\n",
        *_head(contract),
        "",
        *_table(contract),
        "",
        *_rules(contract),
        "",
    )
    return "\n".join(lines)


def _head(contract: Contract) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for name, value in (
        ("grain", contract.grain),
        ("clé", _headers(contract, contract.key) or "aucune"),
        ("responsable", contract.owner),
        ("livraison", f"{DELIVERIES[contract.delivery]}, {_often(contract)}"),
        ("délai", _latency(contract.latency_days)),
        ("fraîcheur", _freshness(contract)),
        ("porte", GATES[contract.gate]),
        ("base légale", contract.legal_basis),
        ("usages interdits", contract.limitations),
        ("connu le", _known_on(contract)),
        ("conservation", f"{contract.retention.period.in_french()} depuis {_counted_from(contract)}"),
        ("pourquoi ce temps", contract.retention.why),
        (
            "seuil de rejet",
            f"{percent(contract.rejection_threshold, 'fr')} des lignes ; valeurs rejetées {_shown(contract)}",
        ),
    ):
        yield f"| **{name}** | {_cell(value)} |"


def _often(contract: Contract) -> str:
    every = contract.frequency.in_french()
    return f"une fois par {every.removeprefix('1 ')}" if every.startswith("1 ") else f"tous les {every}"


def _latency(days: int) -> str:
    if days == 0:
        return "le jour même"
    return f"{days} jour{'s' if days > 1 else ''} au plus après l'arrêté des données"


def _freshness(contract: Contract) -> str:
    days = contract.freshness_days
    return "sans objet" if days is None else f"dernier fait connu de {days} jours au plus à la livraison"


def _known_on(contract: Contract) -> str:
    listed = _headers(contract, contract.known_on)
    if not listed:
        return "jour de la livraison"
    return f"la plus tardive de {listed}" if len(contract.known_on) > 1 else listed


def _counted_from(contract: Contract) -> str:
    start = contract.retention.counted_from
    special = {"delivered_on": "la livraison", "known_on": "le jour où le fait fut connu"}
    return special.get(start) or _headers(contract, (start,))


def _shown(contract: Contract) -> str:
    return "visibles" if contract.shows_rejected_values else "jamais montrées"


def _headers(contract: Contract, names: tuple[str, ...]) -> str:
    by_name = {c.name: c.header for c in contract.columns}
    return ", ".join(f"`{by_name[name]}`" for name in names)


def _table(contract: Contract) -> Iterator[str]:
    yield "| colonne | type | unité | valeurs admises | statut | sens |"
    yield "|---|---|---|---|---|---|"
    for c in contract.columns:
        cells = (f"`{c.header}`", TYPES[c.kind], c.unit or "", _allowed(c), _status(contract, c), _meaning(c))
        yield f"| {' | '.join(_cell(x) for x in cells)} |"


def _allowed(column: Column) -> str:
    if column.allowed:
        return ", ".join(f"`{v}`" for v in column.allowed)
    if column.pattern:
        return f"forme `{column.pattern}`"
    low, high = (None if x is None else _figure(x) for x in (column.minimum, column.maximum))
    if low is None or high is None:
        return "" if low is high is None else f"au moins {low}" if high is None else f"au plus {high}"
    return f"{low} à {high}"


def _figure(value: float) -> str:
    """A year is not grouped in thousands; what is nearly nothing stands for « plus de 0 »."""
    if 0 < value < 0.001:
        return "plus de 0"
    return f"{value:g}".replace(".", ",") if value < 10_000 else number(value, "fr")


def _status(contract: Contract, column: Column) -> str:
    said = (
        ("clé", column.is_key),
        ("obligatoire", column.is_required),
        ("sans doublon", column.is_unique),
        ("colonne facultative", column.may_be_absent),
        ("protégée", column.is_protected),
        ("désigne une personne", column.identifies == "person"),
        ("désigne un lieu", column.identifies == "place"),
        ("passe la porte du cadre", column.name in contract.frame_columns),
    )
    return ", ".join(word for word, holds in said if holds)


def _meaning(column: Column) -> str:
    aliases = ", ".join(f"`{a}`" for a in column.aliases)
    return f"{column.description} Aussi lu sous : {aliases}." if aliases else column.description


def _rules(contract: Contract) -> Iterator[str]:
    if contract.key:
        yield f"- ligne : {_headers(contract, contract.key)} n'identifie qu'une ligne du fichier"
    for rule in (*contract.pair_rules, KNOWN_BEFORE_DELIVERY):
        yield f"- ligne : {rule.name}"
    if contract.volume is not None:
        v = contract.volume
        yield f"- livraison : {v.name} (rapport de {_figure(v.minimum)} à {_figure(v.maximum)}, à partir de {v.from_rows} lignes)"
    for shift in contract.shifts:
        yield f"- livraison : {shift.name} (distance en variation totale d'au plus {_figure(shift.at_most)}, à partir de {shift.from_rows} lignes)"
    for r in contract.references:
        column, target = _headers(contract, (r.column,)), _headers(load(r.source), (r.target,))
        yield f"- livraison : {column} existe dans `{r.source}` ({target})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
