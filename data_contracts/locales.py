"""How a country's registers write given names, addresses and flats. The product knows the French way; a benchmark may bring another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from data_contracts.addresses import Address, split_address
from data_contracts.flats import normalised_flat
from data_contracts.names import first_given_name


@dataclass(frozen=True, kw_only=True)
class Locale:
    """Readers from a text as written to its one spelling; '' = not said."""

    given: Callable[[str], str]
    address: Callable[[str], Address]
    flat: Callable[[str], str]


FRENCH = Locale(given=first_given_name, address=split_address, flat=normalised_flat)
