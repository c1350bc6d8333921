"""A list drawn by hand: one household of each arm, with a hostile text in it."""

from datetime import date

from reports.risk_list import Line, RiskList, Said

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>'


def line(rank: int, **more: object) -> Line:
    said = Said(
        sentence="seul titulaire du bail, 1 occupant déclaré",
        known_on=date(2026, 11, 1),
        source="parc social",
        weight=1.0,
    )
    base: dict[str, object] = {
        "rank": rank,
        "household_id": f"H{rank:016x}",
        "id_logement": None,
        "id_adresse": "a" * 32,
        "quartier": "01",
        "quartier_name": "Centre",
        "arm": "MODELE",
        "score": 0.5,
        "probability": None,
        "drawing_probability": None,
        "reasons": (said,),
        "counter_evidence": (),
        "beside": (),
        "not_known": ("âge inconnu",),
        "equals": 1,
        "times_listed": 18,
        "draws": 20,
        "members": 1,
        "is_data_thin": False,
    }
    return Line(**(base | more))  # type: ignore[arg-type]


def sample(language: str = "fr") -> RiskList:
    against = Said(
        sentence="fréquente la bibliothèque depuis moins de trois mois",
        known_on=None,
        source="services",
        weight=0.3,
    )
    lines = (
        line(1, counter_evidence=(against,)),
        line(2, not_known=(HOSTILE,), members=3, is_data_thin=True),
        line(3, arm="EXPLORATION", drawing_probability=0.0004, reasons=()),
        line(4, arm="SIGNALEMENT", quartier="02", quartier_name="Gare", reasons=()),
    )
    return RiskList(
        run_id="r",
        city="Ville",
        as_of=date(2026, 11, 2),
        language=language,  # type: ignore[arg-type]
        is_fictitious=True,
        capacity=2,
        households=17553,
        expected_there=None,
        champion="points",
        is_by_rules=False,
        is_unapproved=False,
        is_judged=True,
        judged_on=400,
        precision=0.25,
        precision_low=0.18,
        precision_high=0.33,
        share_visited_isolated=0.15,
        closed_sources=(),
        lines=lines,
    )
