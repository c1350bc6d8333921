"""What only a city can say on the papers of the law: the parts ``[contacts]`` and ``[authority]`` of ``city.toml``."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings_desk import Strict


class Contacts(Strict):
    """Where people may write, as the pages that they ask for say it; empty: the page shows that the city has to fill it in."""

    team: str = Field("", description="The team that visits: name, address, telephone.")
    data_protection_officer: str = Field(
        "", description="The city's data protection officer: address or mail."
    )


class Authority(Strict):
    """The public body that answers for the processing, as the papers of the law name it; what is empty is marked there for the city to complete."""

    name: str = Field(
        "", description="The controller: name of the public body, such as `City of Exampleton`."
    )
    address: str = Field("", description="Its postal address.")
    represented_by: str = Field("", description="Who represents it, with the function.")
    objections: str = Field(
        "",
        description="Where people object or ask for their data: address, mail or telephone. Empty: the team of `[contacts]`.",
    )
    deliberation: str = Field("", description="Decision of the council: reference and date.")
    impact_assessment: str = Field("", description="Impact assessment (GDPR, art. 35): reference and date.")
    fundamental_rights: str = Field(
        "",
        description="Notification of the fundamental-rights impact assessment (AI Act, art. 27): reference and date.",
    )
    hosting: str = Field(
        "",
        description="Where the server stands and who operates it; of a processor, the contract (GDPR, art. 28).",
    )
    recipients: str = Field("", description="Recipients outside the review desk, or `none`.")
