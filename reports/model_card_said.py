"""What a model card says in sentences, worked from its figures, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.factor import Factor, Language
from features.frame import HIDDEN, SMALLEST_CELL
from reports.model_card_facts import RANDOM, Contest, Figure, LeftOut, ModelCard, Pair, counts
from reports.model_card_words import CALIBRATION, FIGURES, GROUPS, NAMES, SETTINGS, UNJUDGED, too_few
from reports.words import WIDE, number, percent, words

BAND = 50
"""So wide is the number of answers of the random arm told."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Figures and names in one language."""

    language: Language

    def say(self, msgid: str) -> str:
        """The translation."""
        return words(self.language)(msgid)

    def name(self, candidate: str) -> str:
        """A candidate as people call it; one that has no words is named as in ``duel.json``."""
        return self.say(NAMES[candidate]) if candidate in NAMES else candidate

    def signed(self, value: float, digits: int = 1) -> str:
        """With a sign unless it is nothing."""
        rounded = round(value, digits)
        sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
        return sign + number(abs(rounded), self.language, digits)

    def decimal(self, value: float) -> str:
        """With two digits; what is below zero has a minus and not a hyphen."""
        return number(value, self.language, 2).replace("-", "−")

    def span(self, pair: Pair | None) -> str:
        """Two shares; a dash where they do not exist."""
        if pair is None:
            return "–"
        low, high = (percent(share, self.language) for share in pair)
        return self.say("{low} to {high}").format(low=low, high=high)

    def count(self, n: int | str) -> str:
        """A number of households; what may not be shown is a word."""
        if isinstance(n, str):
            return self.say(HIDDEN) if n == HIDDEN else f"<{WIDE}{SMALLEST_CELL}"
        return self.count(f"<{SMALLEST_CELL}") if 0 < n < SMALLEST_CELL else number(n, self.language)

    def written(self, name: str, value: float) -> str:
        """A value of one of ``FIGURES``."""
        digits = FIGURES[name].digits
        return percent(value, self.language, 1) if digits is None else number(value, self.language, digits)

    def between(self, name: str, figure: Figure) -> str:
        """Its interval; nothing where there is none."""
        if figure.low is None or figure.high is None:
            return ""
        low, high = self.written(name, figure.low), self.written(name, figure.high)
        return self.say("{low} to {high}").format(low=low, high=high)

    def points(self, figure: Figure) -> str:
        """A difference of two precisions, in households per 100 visits, with its interval."""
        per_100 = figure.times(100)
        text = self.signed(per_100.value)
        if per_100.low is None or per_100.high is None:
            return text
        return f"{text} ({self.say('{low} to {high}').format(low=self.signed(per_100.low), high=self.signed(per_100.high))})"

    def listed(self, parts: list[str]) -> str:
        """Apart by semicolons, since some hold commas."""
        return (f"{WIDE}; " if self.language == "fr" else "; ").join(parts)


def headline(card: ModelCard) -> str:
    """Who ranks, and whether that beats the rules."""
    speech = Speech(language=card.about.language)
    champion, rule = speech.name(card.champion), speech.name(card.best_rule)
    if card.waits is not None:
        said = "“{champion}” ranks the list. “{model}” would, once the city has trained and approved it."
        return speech.say(said).format(champion=champion, model=speech.name(card.waits))
    if card.beats_rules is None:
        return speech.say(
            "“{champion}” ranks the list, because too few visits have come back to compare anything."
        ).format(champion=champion)
    if not card.beats_rules:
        return speech.say(
            "A simple rule ranks the list: “{rule}”. On past visits no model was surely better, so the rule stays."
        ).format(rule=champion)
    row = card.row(card.champion)
    if row and row.difference and row.difference.is_sure:
        said = "“{champion}” ranks the list. On past visits it found more isolated households than the rule to beat, “{rule}”, by a gap too wide to be chance."
    else:
        said = "“{champion}” ranks the list. It won step by step, each time by a gap too wide to be chance; measured against the rule to beat, “{rule}”, the gap is less sure."
    return speech.say(said).format(champion=champion, rule=rule)


def one_per(card: ModelCard, candidate: str) -> Figure | None:
    """Visits for one isolated household found."""
    row = card.row(candidate)
    return row.figures.get("visits_per_found") if row else None


def details(card: ModelCard) -> tuple[str, ...]:
    """What the headline leaves open: the visits, and who came close."""
    return tuple(_details(card))


def _details(card: ModelCard) -> Iterator[str]:
    speech = Speech(language=card.about.language)
    if card.beats_rules is None:
        of = counts(card)
        positives = card.positives if card.positives < SMALLEST_CELL else of["positives",]
        yield speech.say(
            "Visits with an answer in the campaigns kept for the test: {labels}; isolated among them: {positives}. Once more have come back, every candidate will be tested on them."
        ).format(labels=speech.count(of["labels",]), positives=speech.count(positives))
        return
    found, rule = one_per(card, card.champion), one_per(card, card.best_rule)
    if found is not None:
        said = speech.say("It found one isolated household per {n} visits (between {low} and {high}).")
        yield _per(speech, said, found)
    if card.champion != card.best_rule and rule is not None:
        said = speech.say("With the rule “{rule}” it took {n} visits (between {low} and {high}).")
        yield _per(speech, said, rule, rule=speech.name(card.best_rule))
    by_lot = one_per(card, RANDOM)
    if by_lot is not None:
        yield speech.say("Visiting the same households without any order: one per {n} visits.").format(
            n=speech.written("visits_per_found", by_lot.value)
        )
    yield from _close(card, speech)


def _per(speech: Speech, said: str, figure: Figure, **named: str) -> str:
    ends = (figure.low, figure.high)
    low, high = ("–" if end is None else speech.written("visits_per_found", end) for end in ends)
    return said.format(n=speech.written("visits_per_found", figure.value), low=low, high=high, **named)


def _close(card: ModelCard, speech: Speech) -> Iterator[str]:
    """Who looked better than the rule that stays, and why that was not enough."""
    lost = [c for c in card.contests if not c.takes_over and c.difference and c.difference.value > 0]
    if card.beats_rules or not lost:
        return
    best = max(lost, key=lambda c: c.difference.value if c.difference else 0.0)
    assert best.difference is not None
    yield speech.say("The closest, “{name}”, found more per 100 visits: {gain}. Why it does not rank: {why}.").format(
        name=speech.name(best.challenger), gain=speech.points(best.difference), why=verdict(best, speech)
    )  # fmt: skip


def lonely(card: ModelCard) -> str:
    """The other target, in one sentence."""
    speech, told = Speech(language=card.about.language), card.lonely
    if told is None or told.precision is None or not told.labels:
        return speech.say("Too few visits have told who feels lonely to say anything of it.")
    said = speech.say(
        "Of those called first, {share} felt lonely ({between}), against {all} of all who answered."
    )
    return said.format(
        share=speech.written("precision", told.precision.value),
        between=speech.between("precision", told.precision),
        all=percent(told.positives / told.labels, speech.language),
    )


def verdict(contest: Contest, speech: Speech) -> str:
    """Why a contest was won or not."""
    if contest.is_won:
        return speech.say(
            "won: its lead is too wide to be chance, and no group would surely be missed more often"
        )
    if contest.takes_over:
        stands = speech.say(
            "stands: the same rule, its equals in the order of published points instead of by lot; no visit shows for sure that it does harm"
        )
        if not contest.worse_off:
            return stands
        chance = speech.say("it found fewer among: {groups} (of so many groups some look so by chance)")
        return speech.listed([stands, chance.format(groups=_groups(contest, speech))])
    return speech.listed(list(_against(contest, speech)))


def _against(contest: Contest, speech: Speech) -> Iterator[str]:
    plain, weighted = contest.difference, contest.weighted
    if plain is None or plain.low is None or plain.low <= 0:
        behind = plain is not None and plain.high is not None and plain.high <= 0
        yield speech.say("it surely found fewer") if behind else speech.say("the difference may be chance")
    if weighted is not None and weighted.high is not None and weighted.high <= 0:
        yield speech.say("weighted for the whole town it surely finds fewer")
    if contest.behind is not None:
        said = speech.say("the rule “{rule}” found at least as many")
        yield said.format(rule=speech.name(contest.behind))
    if contest.does_harm:
        yield speech.say("past visits show for sure that its order does harm that a lot would not")
    elif contest.worse_off:
        yield speech.say("it would surely miss more of: {groups}").format(groups=_groups(contest, speech))


def _groups(contest: Contest, speech: Speech) -> str:
    return ", ".join(group_words(group, speech) for group in contest.worse_off)


def group_words(group: str, speech: Speech) -> str:
    """An audit group of ``duel.json``."""
    if group in GROUPS:
        return speech.say(GROUPS[group])
    dimension, _, code = group.partition(": ")
    return speech.say("neighbourhood {code}").format(code=code) if dimension == "neighbourhood" else group


def unjudged(reason: str, speech: Speech) -> str:
    """Why a candidate took no part; the numbers of the reason may be small, and stay in ``duel.json``."""
    needs = too_few(reason)
    if needs:
        labels, positives = needs
        return speech.say(
            "too little to learn from before some test campaign: at least {labels} visits with an answer, of which {positives} isolated, are needed"
        ).format(labels=labels, positives=positives)
    tail = reason.split(": ", 1)[-1].split(" (", 1)[0]
    return speech.say(UNJUDGED[tail]) if tail in UNJUDGED else speech.say("it could not be fitted")


def calibration(card: ModelCard, speech: Speech) -> tuple[str, str]:
    """Whether a score may be read as a chance, and what the list may therefore say."""
    told = card.calibrated
    permits = (
        "So the list may say of a household how many in ten like it were found isolated."
        if told is not None and told.holds
        else "So the list gives an order and reasons, never a chance."
    )
    why = CALIBRATION.get(told.why) if told is not None else None
    return speech.say(why or "Whether a score can be read as a chance was not checked."), speech.say(permits)


def at_random(card: ModelCard, speech: Speech) -> Iterator[str]:
    """What the check of a chance stands on. The page of estimates tells of nearly the same households to the unit: beside it an exact number of answers, or a share with digits,
    would tell of those few who are in one and not in the other."""
    told = card.calibrated
    if told is None or not told.random_visits:
        return
    low = told.random_visits // BAND * BAND
    ends = {"low": number(low, speech.language), "high": number(low + BAND, speech.language)}
    yield speech.say("Answers of households drawn at random: between {low} and {high}.").format(**ends)
    if told.predicted is not None and told.found is not None:
        isolated = round(told.found * told.random_visits)
        is_told = min(isolated, told.random_visits - isolated) >= SMALLEST_CELL
        yield speech.say("Isolated among them: {predicted} foretold, {found} found.").format(
            predicted=percent(told.predicted, speech.language),
            found=percent(told.found, speech.language) if is_told else speech.say(HIDDEN),
        )
    if told.slope is not None:
        yield speech.say(
            "Slope of what was found on what was foretold, 95% interval: {low} to {high}; 1 is perfect."
        ).format(low=speech.decimal(told.slope[0]), high=speech.decimal(told.slope[1]))


def factor_words(factor: Factor, language: Language) -> str:
    """What a factor says of a household, without its value."""
    said = factor.sentence_fr if language == "fr" else factor.sentence_en
    text = said.format(n="…", s="s", detail=words(language)("a service"))
    return text[0].upper() + text[1:]


def left_out_words(left: LeftOut, card: ModelCard, speech: Speech) -> str:
    """Why a factor does not weigh."""
    why = []
    if left.closed:
        sources = ", ".join(card.about.sources.get(s, s) for s in left.closed)
        why.append(speech.say("the gate is not open: {sources}").format(sources=sources))
    if left.setting is not None:
        why.append(speech.say(SETTINGS[left.setting]) if left.setting in SETTINGS else left.setting)
    return speech.listed(why)
