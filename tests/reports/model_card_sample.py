"""Three duels drawn by hand, as ``duel.json`` holds them: a model that beats the rules, rules that stay, and too few visits to judge."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from html import unescape

from features.catalogue import FACTORS, usable
from features.factor import Language
from models.campaigns import K_RULE
from reports.model_card import page
from reports.model_card_facts import About, Approval, ModelCard, left_out
from reports.model_card_json import from_json

ORIGINS = ("2025-11-02", "2026-02-02", "2026-05-02", "2026-08-02")
LABELS, POSITIVES, K = (100, 100, 90, 110), (25, 9, 22, 24), (20, 20, 18, 22)
"""The second campaign found fewer than eleven: neither its number nor whatever gives it away may be seen."""
HEADS = {"random": 0.20, "rule_80_plus": 0.25, "neighbourhood": 0.225, "points": 0.275, "logistic": 0.40}
"""Precision at capacity; of 80 called in all four campaigns, and of a list of 60."""
SLOPES: dict[str, float] = {"random": 12, "rule_80_plus": 12, "neighbourhood": 12, "points": 14, "logistic": 16}  # fmt: skip
"""Isolated households that 50 more visits find."""
DIGEST = "ab" * 32
GATES = dict.fromkeys(
    ("registre_vulnerables", "liste_electorale", "usages_services", "signalements", "visites"), "open"
)


def figure(value: float, reach: float) -> dict[str, float]:
    """With an interval as far on both sides."""
    return {"value": value, "low": round(value - reach, 4), "high": round(value + reach, 4)}


def candidate(name: str, precision: float) -> dict[str, object]:
    """Every figure of one candidate; what is not drawn above follows from the precision."""
    return {
        "precision": figure(precision, 0.05),
        "lift": figure(precision / 0.2, 0.2),
        "recall": figure(precision, 0.06),
        "false_omission": figure(0.25 - precision / 4, 0.03),
        "visits_per_found": {"value": 1 / precision, "low": 1 / (precision + 0.05), "high": 1 / (precision - 0.05)},
        "average_precision": figure(precision - 0.01, 0.05),
        "auc": figure(0.5 + (precision - 0.2), 0.04),
        "weighted": {
            "precision": figure(precision - 0.02, 0.06),
            "lift": figure((precision - 0.02) / 0.16, 0.2),
            "auc": figure(0.49 + (precision - 0.2), 0.05),
        },
        "difference_to_best_rule": figure(precision - 0.25, 0.0 if name == "rule_80_plus" else 0.04),
        "precision_by_lot": {"worst": 0.0 if name == "random" else precision - 0.1, "best": precision + 0.1},
        "precision_bounds": {"low": precision - 0.08, "high": precision + 0.2},
        "calibration": {"slope": 0.8, "intercept": -0.3} if name in ("points", "logistic") else None,
        "found_with_more_visits": {
            str(more): figure(60 * precision + SLOPES[name] * more / 50, 4.0) for more in (0, 10, 20, 50)
        },
        "folds": [
            {"origin": origin, "labels": labels, "positives": positives, "k": k, "precision": precision, "auc": None}
            for origin, labels, positives, k in zip(ORIGINS, LABELS, POSITIVES, K, strict=True)
        ],
    }  # fmt: skip


def contest(challenger: str, value: float, reach: float, **more: object) -> dict[str, object]:
    """Against the rule of 80 and over."""
    return {
        "challenger": challenger,
        "reigning": "rule_80_plus",
        "precision_difference": figure(value, reach),
        "precision_difference_weighted": figure(value, reach + 0.02),
        "behind": None,
        "worse_off": [],
        "won": False,
    } | more


def labels() -> dict[str, object]:
    """What teaches today."""
    ledger = {"never visited": 69000, "isolated": 95, "not isolated": 372, "undecided": "<11", "refused": "hidden", "absent": 140, "moved": 88}  # fmt: skip
    return {"labels": 467, "effective": 380.5, "clipped": 120, "clipped_at": 6.2, "ledger": ledger}


def calibration(*, holds: bool) -> dict[str, object]:
    """As ``models.calibration`` writes it."""
    why = "the probability holds on the random arm" if holds else "no probability: on the random arm it does not hold"  # fmt: skip
    return {"kind": "logistic", "holds": holds, "why": why, "random_visits": 88, "predicted": 0.211, "found": 0.205 if holds else 0.09, "slope_low": 0.41, "slope_high": 1.52, "points": [[0.0, 0.2]]}  # fmt: skip


def won() -> dict[str, object]:
    """``logistic`` beats the rules: 0.40 against 0.25."""
    return {
        "champion": "logistic",
        "why": "precision at capacity +0.150 against rule_80_plus",
        "beats_rules": True,
        "best_rule": "rule_80_plus",
        "k_rule": K_RULE,
        "test_labels": sum(LABELS),
        "test_positives": sum(POSITIVES),
        "test_effective": 310.2,
        "suspicious": {},
        "not_judged": {"lightgbm": "at origin 2025-11-02: 48 labels, 9 positive; at least 50 and 10 are needed"},
        "contests": [
            contest("neighbourhood", -0.025, 0.04, worse_off=["qpv: priority", "neighbourhood: 04"]),
            contest("points", 0.025, 0.04, behind="rule_80_plus"),
            contest("logistic", 0.15, 0.04, won=True),
        ],
        "candidates": {name: candidate(name, precision) for name, precision in HEADS.items()},
        "lonely": {"test_labels": 300, "test_positives": 60, "isolated_too": 30, "candidates": {"logistic": {"precision": figure(0.3, 0.05)}}},
        "share_kept": {"logistic": 0.82, "rule_80_plus": 0.03, "points": 0.7},
        "labels": labels(),
        "calibration": calibration(holds=True),
    }  # fmt: skip


def stays() -> dict[str, object]:
    """The same candidates; the model's lead is not sure."""
    lost = [contest("points", 0.025, 0.04), contest("logistic", 0.15, 0.2)]
    return won() | {"champion": "rule_80_plus", "beats_rules": False, "contests": lost, "calibration": calibration(holds=False)}  # fmt: skip


def waiting() -> dict[str, object]:
    """The model won, nobody has approved it."""
    who = {"name": "rule_80_plus", "why": "not approved", "model": None, "waits": "logistic", "is_rule": True}
    return won() | {"listed_by": who}


def few() -> dict[str, object]:
    """Forty answers, of which seven isolated."""
    judged = won() | {"champion": "points", "beats_rules": None, "test_labels": 40, "test_positives": 7, "test_effective": 40.0}  # fmt: skip
    return judged | {"contests": [], "candidates": {}, "labels": None, "calibration": None}


def about(
    language: Language = "fr",
    *,
    approval: Approval | None = None,
) -> About:
    """Social housing and civil status are closed, and the city has not let sex weigh."""
    gates = dict.fromkeys(("parc_social", "etat_civil"), "closed") | GATES
    off = {"sex_as_feature": False}
    words = {"parc_social": "parc social", "etat_civil": "état civil"} if language == "fr" else {"parc_social": "social housing", "etat_civil": "civil status"}  # fmt: skip
    used = tuple(f.name for f in usable(gates, off))  # type: ignore[arg-type]
    assert 0 < len(used) < len(FACTORS)
    return About(
        city="Ville & <b>port</b>",
        as_of=date(2026, 11, 2),
        language=language,
        is_fictitious=True,
        run_id="2026-11-02-0123456789",
        capacity=60,
        used=used,
        left_out=left_out(gates, off),  # type: ignore[arg-type]
        sources=words,
        approval=approval,
        model_digest=DIGEST,
    )


def signed(digest: str = DIGEST) -> Approval:
    """By an invented name."""
    return Approval(who="M. Exemple", role="adjoint au maire", on=date(2026, 11, 3), digest=digest)


def card(
    judged: dict[str, object], language: Language = "fr", *, approval: Approval | None = None
) -> ModelCard:
    """A duel with what is said around it."""
    return from_json(json.dumps(judged), about(language, approval=approval))


CASES = {"won": won, "stays": stays, "few": few}
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@cache
def html(case: str, language: Language = "fr") -> str:
    """The page of one case; it is drawn once."""
    return page(card(CASES[case](), language)).decode("utf-8")


def text_of(page_html: str) -> str:
    """What is read, without charts."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page_html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def seen(case: str, language: Language = "fr") -> str:
    """What is read of one case."""
    return text_of(html(case, language))
