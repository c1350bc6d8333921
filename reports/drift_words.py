"""The words of the drift report, as data: what each part watches, what is to be done, why each bound is where it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PartWords:
    """Msgids of one part: what it asks, what it compares, what to do when it alarms."""

    title: str
    what: str
    to_do: str


PARTS = {
    "sources": PartWords(
        title="Do the deliveries still come?",
        what="Each source that is delivered again and again: how long ago, and how many rows.",
        to_do="Look at the delivery: ask the department whether its export was stopped or changed, ingest what is missing, then make the list again.",
    ),
    "inputs": PartWords(
        title="Do the files still say the same things of the town?",
        what="Each factor over all households: of how many it is known, and how its values are spread.",
        to_do="Look at the delivery first: a column may be filled in otherwise than before. If the town itself has changed, train again and have the new model approved.",
    ),
    "scores": PartWords(
        title="Are the scores still spread alike?",
        what="The scores of all households by the same text, its tenths and the first hundredths.",
        to_do="Train again on the town of today and have the new model approved. Until then rely on the reasons more than on the order.",
    ),
    "reasons": PartWords(
        title="Do the same reasons lead the list?",
        what="Of the households ranked first, before rests and lots, the reason that weighs most.",
        to_do="Find out whether the reason that grew comes from the town or from a delivery. If from the town, train again and have the new model approved.",
    ),
    "people": PartWords(
        title="Does the unit decide, and find, as before?",
        what="Decisions and visits of the last quarter, or since the training where that is nearer, with those of the year before. The decisions come from the review desk, where there is one.",
        to_do="Talk about it in the unit: a new instruction, fewer visitors, other readers? If visits find fewer isolated people than before, train again and have the new model approved.",
    ),
}
NAMES = {
    "scores": "all scores",
    "reasons": "leading reasons",
    "visit": "decided with a visit",
    "aside": "set aside by the unit",
    "visited": "listed and visited within 60 days",
    "kappa": "agreement of two readers (kappa)",
    "isolated MODELE": "isolated among those met, ranked by the machine",
    "isolated EXPLORATION": "isolated among those met, drawn at random",
}
"""What a figure that is no factor and no source is called."""
KINDS = {
    "late": "last delivery",
    "rows": "rows of a delivery",
    "missing": "known of",
    "known": "known of",
    "values": "spread of the values",
    "scores": "spread",
    "reasons": "share that leads with another one",
    "share": "share",
    "kappa": "kappa",
}
SENTENCES = {
    "late": "{what}: nothing has been delivered for {now}; the longest wait before was {before}.",
    "rows": "{what}: {now} rows a delivery, {before} when the ranking was learnt.",
    "missing": "“{what}” is known of {now} of the households, {before} when the ranking was learnt.",
    "known": "“{what}” is known of {now} of the households, {before} when the ranking was learnt.",
    "values": "“{what}”: its values are spread otherwise than when the ranking was learnt.",
    "scores": "The scores of the town are spread otherwise than when the ranking was learnt.",
    "reasons": "{size} of the list is led by another reason than when the ranking was learnt.",
    "share": "{what}: {now}, {before} before.",
    "kappa": "Two readers agree less than before: kappa {now}, {before} before.",
}
"""By kind, of a figure that has moved."""
HIDDEN = "“{what}” is known of far more, or far fewer, households than when the ranking was learnt."
BOUNDS = {
    "late": "Last delivery: to watch from 1.2 times the longest wait of the year before the training, alarm from 1.5 times. An export may be a few days late; half a period later than ever it is missing.",
    "rows": "Rows of a delivery: to watch when a quarter stays away, alarm when half does, and more than the accident of counts explains (exact test of two Poisson rates).",
    "missing": "Known of: to watch from 5 points of all households or when a third of those known is lost or won, alarm from 10 points or when they are halved or doubled.",
    "values": "Spread: population stability index, to watch from 0.10, alarm from 0.25. These bounds are the custom of credit scoring (Siddiqi 2006), no law; chance alone stays below them in a town of thousands (Yurdakul and Naranjo 2020: (1/n + 1/m) times chi-square).",
    "reasons": "Leading reasons: to watch when a fifth of the list leads with another reason, alarm when three in ten do, and more than lists drawn by lot from both together differ.",
    "share": "Shares of decisions and visits: to watch from 10 points, alarm from 20 points (Fisher’s exact test). That ranked households are found isolated more often is no alarm.",
    "kappa": "Agreement: to watch from a fall of 0.2, one class of Landis and Koch, alarm from 0.4.",
}
"""Why a bound is where it is, by the kind that stands for it."""
LEVELS = {"steady": "as before", "watch": "to watch", "alarm": "alarm"}
WHY = {
    "approved": "Held against the training of the approved model, {day} ({name}).",
    "ranked": "Held against the first run that ranked with the same text, {day} ({name}).",
    "first": "Held against the first run, {day} ({name}): no approved model ranks that kept a profile, and no earlier run ranked with this text.",
}
