"""The example site keeps what the pages and tests of other rooms count on."""

from pathlib import Path

from fangwei.plant.check import check_site, json_schema, notes
from fangwei.plant.load import load_site
from fangwei.plant.schema import Kind

FOLDER = Path(__file__).resolve().parents[2] / "sites" / "battery_plant"


def test_check_says_good_in_both_languages() -> None:
    for language, word in (("zh", "没有问题"), ("en", "all good")):
        said: list[str] = []
        assert check_site(FOLDER, language, said.append) == 0
        assert word in said[0]


def test_plant_has_its_zones_kinds_and_a_source_per_protocol() -> None:
    site = load_site(FOLDER, {})
    own = [p for p in site.points.values() if p.kind is not Kind.SOURCE]
    assert len(own) >= 400
    assert {p.kind for p in own} == set(Kind) - {Kind.SOURCE}
    assert {
        "electrode_mixing",
        "coating",
        "cell_assembly",
        "electrolyte_filling",
        "formation_ageing",
        "electrolyte_store",
        "nmp_recovery",
    } <= set(site.zones)
    assert len({p.kind for p in own if p.zone == "electrolyte_filling"}) >= 12
    protocols = {s.protocol for s in site.sources.values()}
    assert protocols == {"opcua", "modbus", "mqtt", "sparkplug", "iec104", "sql", "rest"}
    assert notes(site)[0].en.startswith("Note: 1"), "every point has a source; some alarms want reasons"


def test_gas_set_points_do_not_exceed_gb_t_50493() -> None:
    site = load_site(FOLDER, {})
    for point in site.points.values():
        at = {limit.id: limit.at for limit in point.limits}
        if point.kind is Kind.COMBUSTIBLE_GAS:
            assert at["hi"] <= 25 and at["hi_hi"] <= 50, point.id
        elif point.kind is Kind.TOXIC_GAS:
            assert point.gas is not None and point.gas.oel is not None
            assert at["hi"] <= point.gas.oel and at["hi_hi"] <= 2 * point.gas.oel, point.id
        elif point.kind is Kind.OXYGEN:
            assert at["lo"] >= 19.5 and at["hi"] <= 23.5, point.id


def test_gas_and_flame_at_their_highest_limit_cannot_be_shelved() -> None:
    site = load_site(FOLDER, {})
    for point in site.points.values():
        for limit in point.limits:
            if (point.kind is Kind.COMBUSTIBLE_GAS and limit.id == "hi_hi") or limit.id == "fire":
                assert not limit.shelvable, f"{point.id}.{limit.id}"


def test_schema_for_editors_knows_the_keys() -> None:
    schema = json_schema()
    assert {"site", "zones", "points", "rules", "sources", "duty"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_site_of_the_documentation_is_good(tmp_path: Path) -> None:
    page = (FOLDER.parents[1] / "docs" / "site-files.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "site.yaml").write_text(example, encoding="utf-8")
    assert set(load_site(tmp_path, {}).points) == {"H-GAS-01", "sensors-state", "sensors-lag"}
