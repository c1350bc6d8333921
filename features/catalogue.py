"""The factors, as rows. To add one, write a row: matrix, checks, explanations and documentation follow from it.

Priors are log-odds ratios for isolation. No prior is certain: published odds ratios disagree because definitions do, so each carries
the standard error that this disagreement deserves (living alone: wide, since surveys that count contacts find no effect).
"""

from __future__ import annotations

from collections.abc import Mapping

from data_contracts.contract import Gate
from features.factor import Factor, Prior, Scale

WEN = "Wen et al. 2023, pooled odds ratio"
NHATS = "NHATS (Cudjoe et al. 2020)"
CREDOC = "Fondation de France / CRÉDOC 2024"
AUTONOMY = "service in ('PORTAGE_REPAS', 'TELEASSISTANCE', 'AIDE_DOMICILE')"
SOCIAL = "service in ('BIBLIOTHEQUE', 'CENTRE_SOCIAL', 'CLUB_SENIORS', 'SPORT', 'ATELIER_NUMERIQUE')"
NOT_FROM_A_VISIT = "coalesce(origine, '') <> 'VISITE'"
"""A service that began because of a visit would leak the label."""
RUNNING = "(date_fin is null or date_fin >= as_of())"
IN_FORCE = "date_sortie is null"
MONTHS_SINCE = "date_diff('day', {day}, as_of()) / 30.4375"

FACTORS: tuple[Factor, ...] = (
    Factor(
        name="lives_alone_known",
        group="household",
        source="frame",
        value="case when lives_alone_strength = 'known' then lives_alone::int end",
        known_by="lease",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.8,
            standard_error=0.6,
            source=f"{NHATS} OR 3.95 counts living alone in its index; INSEE and EU surveys find none",
        ),
        if_none="no lease says how many live there",
        sentence_fr="seul titulaire du bail, 1 occupant déclaré",
        sentence_en="sole leaseholder, 1 occupant declared",
    ),
    Factor(
        name="lives_alone_likely",
        group="household",
        source="frame",
        value="case when lives_alone_strength = 'likely' then lives_alone::int end",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.5,
            standard_error=0.6,
            source="as above, weakened: minors, foreigners and the unregistered are invisible",
        ),
        if_none="flat unknown, or a lease says it better",
        sentence_fr="un seul adulte connu à ce logement",
        sentence_en="only one adult known at this dwelling",
    ),
    Factor(
        name="months_since_bereavement",
        group="loss",
        source="etat_civil",
        value=f"min({MONTHS_SINCE.format(day='date_evenement')})",
        where="type_evenement = 'DECES' and lien in ('CONJOINT', 'PARTENAIRE_PACS')",
        dated="date_evenement",
        window_days=1096,
        unit="months",
        combine="min",
        scale=Scale(zero=36, one=35),
        direction=1,
        prior=Prior(
            log_odds=0.2,
            standard_error=0.3,
            source="about 0 on isolation, strong on loneliness (Buecker et al. 2021)",
        ),
        monotone=False,
        if_none="no death of a spouse known with consent",
        sentence_fr="a perdu son conjoint il y a {n} mois",
        sentence_en="lost a spouse {n} month{s} ago",
    ),
    Factor(
        name="oldest_age",
        group="autonomy",
        source="frame",
        value="oldest_age",
        unit="years",
        scale=Scale(zero=79, one=80),
        direction=1,
        prior=Prior(
            log_odds=0.6, standard_error=0.35, source=f"{WEN}, 80 and over: 2.41, unadjusted; shrunk"
        ),
        monotone=False,
        if_none="year of birth unknown",
        sentence_fr="membre le plus âgé : {n} ans",
        sentence_en="oldest member aged {n}",
    ),
    Factor(
        name="autonomy_service",
        group="autonomy",
        source="usages_services",
        value="1",
        where=f"{AUTONOMY} and {RUNNING} and {NOT_FROM_A_VISIT}",
        detail="min(service)",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.6,
            standard_error=0.35,
            source=f"{WEN}, limits in daily activities: 2.38, unadjusted; shrunk",
        ),
        if_none="no home service in use",
        sentence_fr="utilise {detail}",
        sentence_en="uses {detail}",
    ),
    Factor(
        name="on_vulnerable_register",
        group="autonomy",
        source="registre_vulnerables",
        value="1",
        where="date_fin is null or date_fin >= as_of()",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.4,
            standard_error=0.35,
            source="loss of autonomy as above, halved: registration is also a tie to the city; assumed",
        ),
        if_none="not on the register",
        sentence_fr="inscrit au registre des personnes vulnérables",
        sentence_en="on the register of vulnerable people",
    ),
    Factor(
        name="unemployed",
        group="work and retirement",
        source="parc_social",
        value="1",
        where=f"{IN_FORCE} and activite_titulaire = 'CHOMAGE'",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.4,
            standard_error=0.25,
            source="CRÉDOC 2023: 20 % of the unemployed isolated; OR 1.8 unadjusted",
        ),
        if_none="no lease, or another activity",
        sentence_fr="titulaire du bail au chômage",
        sentence_en="leaseholder unemployed",
    ),
    Factor(
        name="low_income",
        group="poverty",
        source="parc_social",
        value="1",
        where=f"{IN_FORCE} and tranche_ressources in ('M20', '20_40')",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.5,
            standard_error=0.25,
            source=f"{CREDOC}: 17 % of low, 7 % of high incomes; unadjusted, shrunk",
        ),
        if_none="no lease, or more resources",
        sentence_fr="ressources inférieures à 40 % du plafond HLM",
        sentence_en="resources below 40 % of the social-housing ceiling",
    ),
    Factor(
        name="discretionary_aid",
        group="poverty",
        source="usages_services",
        value="1",
        where=f"service = 'AIDE_FACULTATIVE' and {NOT_FROM_A_VISIT}",
        dated="coalesce(date_dernier_usage, date_debut)",
        window_days=730,
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.4,
            standard_error=0.3,
            source="low income as above, seen through discretionary aid; assumed",
        ),
        if_none="no discretionary aid in two years",
        sentence_fr="a reçu une aide facultative depuis moins de deux ans",
        sentence_en="received discretionary aid within two years",
    ),
    Factor(
        name="social_tenant",
        group="poverty",
        source="parc_social",
        value="1",
        where=IN_FORCE,
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.3,
            standard_error=0.2,
            source="Fondation de France 2014: 15 % of social, 11 % of private tenants isolated",
        ),
        if_none="no lease in social housing",
        sentence_fr="locataire du parc social",
        sentence_en="tenant in social housing",
    ),
    Factor(
        name="middle_aged_alone_low_income",
        group="poverty",
        source="parc_social",
        value="1",
        where=f"{IN_FORCE} and nb_occupants = 1 and tranche_ressources in ('M20', '20_40')"
        " and year(as_of()) - annee_naissance between 40 and 59",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.3,
            standard_error=0.3,
            source=f"{CREDOC}: 15 % at 40-59, the peak; the combination is assumed",
        ),
        if_none="not seen together in a lease",
        sentence_fr="entre 40 et 59 ans, seul au bail, faibles ressources",
        sentence_en="aged 40 to 59, alone on the lease, low resources",
    ),
    Factor(
        name="months_since_service_stopped",
        group="participation",
        source="usages_services",
        value=f"min({MONTHS_SINCE.format(day='coalesce(date_fin, date_dernier_usage)')})",
        where=f"{SOCIAL} and {NOT_FROM_A_VISIT} and date_diff('day', coalesce(date_fin, date_dernier_usage), as_of()) > 91",
        dated="coalesce(date_fin, date_dernier_usage)",
        window_days=730,
        detail="arg_min(service, date_diff('day', coalesce(date_fin, date_dernier_usage), as_of()))",
        unit="months",
        combine="min",
        scale=Scale(zero=24, one=23),
        direction=1,
        prior=Prior(log_odds=0.5, standard_error=0.4, source="assumed; no published figure"),
        monotone=False,
        if_none="no service stopped in two years",
        sentence_fr="a cessé de fréquenter {detail} il y a {n} mois",
        sentence_en="stopped using {detail} {n} month{s} ago",
    ),
    Factor(
        name="no_trace_of_use",
        group="participation",
        source="frame",
        value="case when is_services_open then (not has_trace)::int end",
        known_by="services",
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.3,
            standard_error=0.3,
            source=f"{WEN}, takes part in nothing: 3.18; capped, since the absence of a trace is weak and biased",
        ),
        is_weak=True,
        if_none="service use is closed to the ranking",
        sentence_fr="aucune trace d'usage d'un service municipal depuis 24 mois (indice faible)",
        sentence_en="no trace of use of a municipal service for 24 months (weak sign)",
    ),
    Factor(
        name="single_parent",
        group="household",
        source="parc_social",
        value="1",
        where=f"{IN_FORCE} and type_menage = 'MONOPARENTAL'",
        unit="0/1",
        direction=1,
        prior=Prior(log_odds=0.3, standard_error=0.3, source="direction published, not pooled; assumed"),
        if_none="no lease, or another household",
        sentence_fr="famille monoparentale au bail",
        sentence_en="single-parent family on the lease",
    ),
    Factor(
        name="months_since_move_in",
        group="moves",
        source="parc_social",
        value=f"min({MONTHS_SINCE.format(day='date_entree')})",
        where=IN_FORCE,
        dated="date_entree",
        window_days=365,
        unit="months",
        combine="min",
        scale=Scale(zero=12, one=11),
        direction=1,
        prior=Prior(
            log_odds=0.2,
            standard_error=0.25,
            source="EU Loneliness Survey 2022: a recent arrival weighs on contacts; weak",
        ),
        monotone=False,
        if_none="no lease begun within a year",
        sentence_fr="a emménagé il y a {n} mois",
        sentence_en="moved in {n} month{s} ago",
    ),
    Factor(
        name="transport_pass_started",
        group="remoteness",
        source="usages_services",
        value="1",
        where=f"service = 'TRANSPORT' and {RUNNING} and {NOT_FROM_A_VISIT}",
        dated="date_debut",
        window_days=730,
        unit="0/1",
        direction=1,
        prior=Prior(
            log_odds=0.2,
            standard_error=0.4,
            source=f"{NHATS}, stopped driving: 2.1; the pass shows it poorly",
        ),
        if_none="no transport pass begun in two years",
        sentence_fr="a demandé le transport accompagné depuis moins de deux ans",
        sentence_en="took up the transport service within two years",
    ),
    Factor(
        name="active_member",
        group="presence of support",
        source="usages_services",
        value="1",
        where=f"{SOCIAL} and {NOT_FROM_A_VISIT}",
        dated="date_dernier_usage",
        window_days=91,
        detail="min(service)",
        unit="0/1",
        direction=-1,
        prior=Prior(
            log_odds=-0.5,
            standard_error=0.35,
            source=f"{WEN}, takes part in nothing: 3.18, reversed and halved",
        ),
        if_none="no recent use of a social service",
        sentence_fr="fréquente {detail} depuis moins de trois mois",
        sentence_en="used {detail} within three months",
    ),
    Factor(
        name="family_help",
        group="presence of support",
        source="usages_services",
        value="1",
        where=f"origine = 'FAMILLE' and {RUNNING}",
        unit="0/1",
        direction=-1,
        prior=Prior(log_odds=-0.3, standard_error=0.35, source="assumed: the family asked for the service"),
        if_none="no service asked for by the family",
        sentence_fr="un service a été demandé par la famille",
        sentence_en="a service was asked for by the family",
    ),
    Factor(
        name="male",
        group="household",
        source="frame",
        value="is_men_only::int",
        unit="0/1",
        direction=1,
        prior=Prior(log_odds=0.3, standard_error=0.25, source=f"{WEN} 1.4; {NHATS} 2.5"),
        if_none="sex unknown",
        sentence_fr="homme seul ou ménage d'hommes",
        sentence_en="man alone or household of men",
        needs_setting="sex_as_feature",
    ),
)

OF_THE_ROLL = ("lives_alone_likely",)
"""Frame factors that rest on the electoral roll alone; they are left out while its gate is ``frame`` (not scored)."""


def usable(gates: Mapping[str, Gate], settings: Mapping[str, bool]) -> tuple[Factor, ...]:
    """The factors that the law and the city's settings let weigh in this run; the others are left out and named in the manifest."""
    return tuple(
        f
        for f in FACTORS
        if _may(f, gates) and (f.needs_setting is None or settings.get(f.needs_setting, False))
    )


def _may(factor: Factor, gates: Mapping[str, Gate]) -> bool:
    if factor.name in OF_THE_ROLL:
        return gates["liste_electorale"] == "open"
    return factor.source == "frame" or gates[factor.source] in ("open", "consent")
