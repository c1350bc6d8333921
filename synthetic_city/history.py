"""The inner interface of the city: what lives produce, ties complete, and registers and campaigns look at.

All tables are pandas frames with small integer codes; person, dwelling and building are dense integers from 0,
so that they index arrays directly. Dates are ``datetime64[D]``; NaT means "not yet" or "never".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd


class Tenure(IntEnum):
    """Of a dwelling."""

    OWNER = 0
    PRIVATE = 1
    HLM = 2
    ESTABLISHMENT = 3


class Activity(IntEnum):
    """Of a person in a month."""

    CHILD = 0  # under 15
    STUDENT = 1  # 15 and over, in education
    EMPLOYED = 2
    UNEMPLOYED = 3
    RETIRED = 4
    OTHER = 5  # at home, inactive, on disability benefit


class Income(IntEnum):
    """Household income band of a person in a month, from the poverty threshold (60 % of the national median)."""

    LOW = 0  # below the poverty threshold
    LOWER_MIDDLE = 1
    UPPER_MIDDLE = 2
    HIGH = 3  # top 30 % nationally


class Autonomy(IntEnum):
    """Loss of autonomy of a person in a month."""

    FULL = 0
    LIMITED = 1  # needs help for some daily tasks (APA GIR 4 level)
    SEVERE = 2  # needs help every day (GIR 1-3)


class Network(IntEnum):
    """Bit of each of the five networks in ``panel.networks``; set = seen more than a few times a year."""

    FAMILY = 1
    FRIENDS = 2
    NEIGHBOURS = 4
    COLLEAGUES = 8
    ASSOCIATIONS = 16


@dataclass(frozen=True, kw_only=True)
class History:
    """A town over ``months``; everything the registers may see, and everything they may not.

    ``months``: first day of each observed month, in order (datetime64[D]); burn-in is not kept.

    ``buildings`` (one row a building, index = building): ``quartier`` ('01'..'23'), ``is_qpv`` bool,
    ``n_dwellings`` int, ``establishment`` ('' | EHPAD | RESIDENCE_AUTONOMIE | HOPITAL | FOYER), ``places`` int.

    ``dwellings`` (index = dwelling): ``building``, ``tenure`` (Tenure), ``rooms``, ``area_m2``, ``floor``, ``has_lift`` bool, ``is_lent`` bool (a private home lent free of charge).
    A place in an establishment is a dwelling with tenure ESTABLISHMENT (one dwelling per establishment, shared).

    ``people`` (index = person; everyone who ever lived in town in the observed months, or died there): ``sex`` ('M'|'F'),
    ``born_on``, ``died_on`` (NaT), ``died_elsewhere`` bool (died in another commune, so the act arrives late as a transcription),
    ``mother``, ``father`` (person or -1), ``is_foreign`` bool, ``student_elsewhere_roll`` bool (18-25 registered on another commune's roll).

    ``stays`` (one row a continuous stay of a person in a dwelling of the town): ``person``, ``dwelling``, ``from_on``, ``to_on`` (NaT: still there),
    ``arrival`` (INITIAL | BIRTH | MOVE_IN | WITHIN | INTO_ESTABLISHMENT | RETURN), ``departure`` ('' | DEATH | MOVE_OUT | WITHIN | INTO_ESTABLISHMENT).

    The panel is the state on the first day of a month: resident means ``from_on <= day < to_on``. Nothing happens after the last month's first day.
    A resident of an establishment is a household of size 1 with ``lives_alone`` False.

    ``unions`` (one row a couple; an arriving couple's union may be older than its stay): ``a``, ``b`` (persons), ``kind`` (MARIAGE | PACS | LIBRE), ``from_on``, ``to_on`` (NaT),
    ``end`` ('' | DECES | DIVORCE | DISSOLUTION_PACS | SEPARATION | MOVE). A union that becomes another kind is two rows; the first ends with ``end`` ''.

    ``panel`` (one row per observed month and resident, sorted by month, person): ``month`` int16 (index into ``months``), ``person`` int32,
    ``dwelling`` int32, ``household`` int32 (same number while a member and the dwelling stay), ``age`` int16, ``size`` int8 (members of the household),
    ``minors`` int8, ``lives_alone`` bool, ``in_couple`` bool, ``activity`` int8, ``income`` int8, ``autonomy`` int8, ``tenure`` int8,
    ``in_establishment`` bool, ``is_single_parent`` bool, ``months_bereaved`` int16 (-1: no partner lost), ``months_unemployed`` int16 (-1), ``months_here`` int16
    (months in this dwelling, capped at 999), ``months_in_town`` int16 (same cap).
    """

    months: npt.NDArray[np.datetime64]
    buildings: pd.DataFrame
    dwellings: pd.DataFrame
    people: pd.DataFrame
    stays: pd.DataFrame
    unions: pd.DataFrame
    panel: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Ties:
    """What only the person knows, row for row beside ``History.panel`` (adults of 15 and over; children hold -1 / False).

    ``answers``: ``networks`` int8 (bits of Network), ``lsns6_1`` … ``lsns6_6`` int8 (0-5), ``ucla3_1`` … ``ucla3_3`` int8 (1-3),
    ``isolated`` bool and ``lonely`` bool (the label rule of the extracts applied to those answers),
    ``family_contact``, ``friend_contact`` bool (more than one contact a month; INSEE's definition for the overlap figure).
    """

    answers: pd.DataFrame
