"""What several rows of the catalogue cite: sources, and conditions on the columns of an extract."""

from __future__ import annotations

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
