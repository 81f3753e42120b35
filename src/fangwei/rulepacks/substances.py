"""Substances: lower explosive limits and exposure limits, each with how sure it is (`substances.yaml`)."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from fangwei.core.texts import Text
from fangwei.plant.problems import Findings, SiteInvalid
from fangwei.plant.yaml_file import read_yaml
from fangwei.rulepacks.pack import Certainty


class Substance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One substance."""

    id: str
    name: Text
    lel: float | None = None
    """Lower explosive limit in air, %vol."""
    molar_mass: float | None = None
    """g/mol; turns ppm into mg/m3."""
    mac: float | None = None
    """Highest allowed concentration (MAC), mg/m3."""
    stel: float | None = None
    """Short-term exposure limit (PC-STEL), mg/m3."""
    twa: float | None = None
    """Time-weighted average (PC-TWA), mg/m3."""
    certainty: Certainty = Certainty.UNVERIFIED

    @property
    def oel(self) -> float | None:
        """The limit a single value is compared with, mg/m3: MAC or PC-STEL, else PC-TWA (GB 46768 5.9.1)."""
        return self.mac or self.stel or self.twa


Substances = Mapping[str, Substance]


@lru_cache(maxsize=1)
def substances() -> Substances:
    """The substances that are shipped.

    Raises:
        SiteInvalid: the file is broken.
    """
    path = Path(__file__).with_name("substances.yaml")
    findings = Findings()
    data = read_yaml(path, path.name, {}, findings).data
    if findings.problems or data is None:
        raise SiteInvalid(findings.sorted())
    found = msgspec.convert(data["substances"], tuple[Substance, ...])
    return {substance.id: substance for substance in found}
