"""The words and numbers of the calibration page, in each language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synthetic_city.calibration_english_words import REASONS_EN, english
from synthetic_city.figure import Figure, Kind

NAMES_FR = {
    "population": "Habitants", "women": "Femmes", "women among": "Femmes parmi les", "births a year": "Naissances par an",
    "deaths a year": "Décès par an", "marriages a year": "Mariages par an", "households": "Ménages",
    "one person share": "Ménages d'une personne", "one person men share": "Ménages d'un homme seul",
    "one person women share": "Ménages d'une femme seule", "people per household": "Personnes par ménage",
    "couple with child share": "Ménages : couples avec enfant", "couple without child share": "Ménages : couples sans enfant",
    "single parent share": "Ménages : familles monoparentales", "other households share": "Ménages : autres sans famille",
    "living alone": "Vivent seuls", "in couple": "Vivent en couple", "married share of couples": "Couples mariés",
    "pacs share of couples": "Couples pacsés", "partners age gap": "Années de plus de l'homme dans un couple",
    "man older share": "Couples : l'homme est l'aîné", "woman older share": "Couples : la femme est l'aînée",
    "same sex share of couples": "Couples de même sexe", "brides age": "Âge moyen des femmes à leur mariage", "grooms age": "Âge moyen des hommes à leur mariage", "free union share of couples": "Couples en union libre", "owner share": "Propriétaires",
    "hlm share": "Logements HLM", "tenant share": "Locataires", "flat share": "Appartements", "dwellings": "Logements",
    "vacant dwellings": "Logements vacants", "active 15 plus": "Actifs de 15 ans et plus", "unemployed share of active": "Chômeurs parmi les actifs",
    "students 18 24 share": "Étudiants parmi les 18-24 ans", "population 18 24": "Habitants, 18-24 ans",
    "out of school 15 plus": "15 ans et plus hors études", "poverty share": "Taux de pauvreté",
    "in an establishment": "En établissement", "loss of autonomy": "Perte d'autonomie (APA)",
}  # fmt: skip
"""The people figures are named in English, like the code that counts them; here are their names for French readers."""
NAME_PARTS = re.compile(r"(?P<what>.*?)(?: (?P<first>\d+)(?:-(?P<last>\d+)|\+))?")

THIN, NARROW = "\u202f", "\u00a0"


@dataclass(frozen=True, kw_only=True)
class Words:
    """One language of the page; ``comma`` and ``thousands`` write numbers, ``unit_space`` stands before a percent sign; ``elsewhere``: of a town
    that is not Agen, whose figures it is compared with."""

    title: str
    summary: str
    counted: Mapping[Kind, str]
    kinds: Mapping[Kind, tuple[str, str]]
    intro: str
    chart: str
    chart_note: str
    table: str
    name: str
    published_by: str
    target: str
    simulated: str
    gap_word: str
    tolerance_word: str
    verdict: str
    source_word: str
    holds: str
    fails: str
    wider: str
    tick_low: str
    tick_middle: str
    tick_high: str
    points: str
    comma: str
    thousands: str
    unit_space: str
    elsewhere: str
    named: Callable[[str], str]
    reasons: Mapping[str, str]

    def name_of(self, name: str) -> str:
        """The figure's name for this language's readers; a name that is in no table stays as it is."""
        return self.named(name)

    def reason_of(self, wider_because: str) -> str:
        """Likewise why its tolerance is wider."""
        return self.reasons.get(wider_because, wider_because)

    def value(self, number: float, unit: str) -> str:
        """A share as a percentage with one decimal, a count whole (one decimal below 100)."""
        if unit == "share":
            return self._number(100 * number, 1) + self.unit_space + "%"
        return self._number(number, 0 if abs(number) >= 100 else 1)

    def gap(self, figure: Figure) -> str:
        """Signed distance: points for a share, percent for a count."""
        away = figure.simulated - figure.target
        if figure.unit == "share":
            return self._signed(100 * away, 1) + NARROW + self.points
        return self._signed(100 * away / abs(figure.target), 1) + self.unit_space + "%"

    def tolerance(self, figure: Figure) -> str:
        """What is allowed, in the unit of the gap."""
        number = "±" + NARROW + self._number(100 * figure.tolerance, 1)
        return number + (NARROW + self.points if figure.unit == "share" else self.unit_space + "%")

    def _number(self, number: float, decimals: int) -> str:
        return (
            f"{number:,.{decimals}f}".replace(",", "\0")
            .replace(".", self.comma)
            .replace("\0", self.thousands)
        )

    def _signed(self, number: float, decimals: int) -> str:
        sign = "−" if round(number, decimals) < 0 else "+"
        return sign + self._number(abs(number), decimals)


def french(name: str) -> str:
    """``living alone 80+`` becomes ``Vivent seuls, 80 ans et plus``."""
    parts = NAME_PARTS.fullmatch(name)
    if parts is None or parts["what"] not in NAMES_FR:
        return NAMES_FR.get(name, name)
    ages = f"{parts['first']}-{parts['last']} ans" if parts["last"] else f"{parts['first']} ans et plus"
    joint = " " if NAMES_FR[parts["what"]].endswith("les") else ", "
    return NAMES_FR[parts["what"]] + (joint + ages if parts["first"] else "")


FRENCH = Words(
    title="Calage de la ville simulée",
    summary="Dans leur tolérance : {parts}.",
    counted={
        "published": "{held} chiffres publiés sur {total}",
        "derived": "{held} chiffres déduits sur {total}",
        "assumed": "{held} hypothèses sur {total}",
    },
    kinds={
        "published": (
            "Chiffres publiés",
            "La ville à côté du nombre que la source imprime. Plusieurs stocks sont tenus par construction (pyramide des âges, logements, "
            "chômage, pauvreté) ou calés (niveaux d'isolement par âge) : leur accord montre que la construction fait ce qu'elle dit.",
        ),
        "derived": (
            "Chiffres déduits",
            "Les chiffres publiés d'un autre territoire ou d'une autre année ne peuvent pas tenir tels quels à Agen. « Publié » est le nombre "
            "imprimé, « Attendu ici » ce qu'il devient ; la ville est construite sur ces cibles, leur accord n'est pas une preuve.",
        ),
        "assumed": ("Hypothèses", "Aucune source ne donne ces taux ; la ville suit la valeur déclarée."),
        "other": (
            "Autres définitions, pour mémoire",
            "Chiffres publiés dont la ville n'a pas la définition, à côté de la mesure la plus proche. Ils ne sont pas jugés.",
        ),
    },
    intro="Chaque ligne met un chiffre à côté de ce que montre la ville simulée. Aucune personne réelle n'y figure. "
    "La ville est corrigée d'après ses sources, jamais d'après un modèle d'isolement.",
    chart="Écart à chaque cible, en tolérances",
    chart_note="Le trait central est la cible, la bande claire sa tolérance. Point plein : tient. Losange évidé : ne tient pas.",
    table="Les chiffres",
    target="Attendu ici",
    name="Chiffre",
    published_by="Publié",
    simulated="Simulé",
    gap_word="Écart",
    tolerance_word="Tolérance",
    verdict="Verdict",
    source_word="Source",
    holds="tient",
    fails="ne tient pas",
    wider="Pourquoi certaines tolérances sont plus larges",
    tick_low="− tolérance",
    tick_middle="cible",
    tick_high="+ tolérance",
    points="pt",
    comma=",",
    thousands=THIN,
    unit_space=NARROW,
    elsewhere="Les chiffres de cette page sont ceux d'Agen et de la France : les habitants de cette ville-ci sont construits comme ceux d'Agen, "
    "et ne disent rien de son propre pays.",
    named=french,
    reasons={},
)

ENGLISH = Words(
    title="Calibration of the simulated town",
    summary="Within their tolerance: {parts}.",
    counted={
        "published": "{held} published figures of {total}",
        "derived": "{held} derived figures of {total}",
        "assumed": "{held} assumptions of {total}",
    },
    kinds={
        "published": (
            "Published figures",
            "The town beside the number that the source prints. Several stocks are held by construction (pyramid of ages, dwellings, "
            "unemployment, poverty) or solved (levels of isolation by age): that they agree shows that the construction does what it says.",
        ),
        "derived": (
            "Derived figures",
            "Published figures of another place or year cannot hold in Agen as they stand. “Published” is the printed number, “Expected here” "
            "what becomes of it; the town is built to these targets, so that they agree is no evidence.",
        ),
        "assumed": ("Assumptions", "No source gives these rates; the town follows the declared value."),
        "other": (
            "Other definitions, for the record",
            "Published figures whose definition the town does not have, beside the nearest measure. They are not judged.",
        ),
    },
    intro="Each line puts a figure beside what the simulated town shows. No real person is in it. "
    "The town is corrected from its sources, never from a model of isolation.",
    chart="Distance from each target, in tolerances",
    chart_note="The middle line is the target, the pale band its tolerance. Full dot: holds. Hollow diamond: does not.",
    table="The figures",
    target="Expected here",
    name="Figure",
    published_by="Published",
    simulated="Simulated",
    gap_word="Gap",
    tolerance_word="Tolerance",
    verdict="Verdict",
    source_word="Source",
    holds="holds",
    fails="does not hold",
    wider="Why some tolerances are wider",
    tick_low="− tolerance",
    tick_middle="target",
    tick_high="+ tolerance",
    points="pt",
    comma=".",
    thousands=",",
    unit_space="",
    elsewhere="The figures of this page are those of Agen and of France: the people of this town are built as Agen's are, so that they say "
    "nothing of its own country. What is said of a source stands in its language, mostly French.",
    named=english,
    reasons=REASONS_EN,
)

WORDS = {"fr": FRENCH, "en": ENGLISH}
