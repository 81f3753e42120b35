"""A small site to try the door with: ten zones on two floors."""

import random

from fangwei.core.texts import Text
from fangwei.plant.posts import HOUSE
from fangwei.plant.schema import (
    Channel,
    Duty,
    Gas,
    Georeference,
    Kind,
    Limit,
    Name,
    Person,
    Rationalisation,
    Shift,
    SiteHead,
    Source,
    Storey,
    Zone,
)
from fangwei.plant.site import Site, SitePoint

ZONES = [
    ("mixing", "电极制浆", "Electrode mixing", "f1", (0, 40, 40, 70)),
    ("coating", "涂布", "Coating", "f1", (40, 40, 100, 70)),
    ("nmp", "NMP 回收", "NMP recovery", "f1", (100, 40, 130, 70)),
    ("assembly", "装配", "Cell assembly", "f1", (0, 0, 45, 36)),
    ("filling", "注液间", "Electrolyte filling", "f1", (45, 0, 70, 36)),
    ("store", "电解液库", "Electrolyte store", "f1", (70, 0, 90, 18)),
    ("corridor", "注液走廊", "Filling corridor", "f1", (70, 18, 90, 36)),
    ("formation", "化成与老化", "Formation and ageing", "f1", (90, 0, 130, 36)),
    ("loft", "风机夹层", "Fan loft", "f2", (40, 0, 100, 36)),
    ("control", "中控室", "Control room", "f2", (100, 0, 130, 36)),
]


def _why(what_zh: str, what_en: str) -> Rationalisation:
    return Rationalisation(
        cause=Name(zh=f"{what_zh}：法兰或软管泄漏", en=f"{what_en}: leaking flange or hose"),
        consequence=Name(zh="形成爆炸性混合物，遇火花起火", en="An explosive mixture forms; a spark starts a fire"),
        action=Name(
            zh="停止注液，关闭进料阀，开启事故排风；人员从东侧门撤离",
            en="Stop filling, close the feed valve, start emergency extraction; leave by the east door",
        ),
        time_to_respond=300,
    )


def _limits(kind: Kind) -> tuple[Limit, ...]:
    gas = _why("可燃气体", "Combustible gas")
    return {
        Kind.COMBUSTIBLE_GAS: (
            Limit(id="hi", type="high", at=10, deadband=1, priority=2, rationalisation=gas, shelvable=False),
            Limit(id="hi_hi", type="high", at=25, deadband=2, priority=1, rationalisation=gas, shelvable=False),
        ),
        Kind.TEMPERATURE: (Limit(id="hi", type="high", at=45, deadband=1, priority=3),),
        Kind.VENTILATION_FLOW: (Limit(id="lo", type="low", at=2000, deadband=100, priority=2),),
        Kind.VIBRATION: (Limit(id="hi", type="high", at=7.1, deadband=0.5, priority=4),),
        Kind.OXYGEN: (Limit(id="lo", type="low", at=19.5, priority=1),),
    }.get(kind, ())


KINDS = [
    (Kind.COMBUSTIBLE_GAS, "GAS", "%LEL", "可燃气体", "Combustible gas", (0, 5), 2),
    (Kind.TEMPERATURE, "TT", "degC", "温度", "Temperature", (18, 35), 24),
    (Kind.OXYGEN, "O2", "%vol", "氧含量", "Oxygen", (20.5, 21.2), 20.9),
    (Kind.VENTILATION_FLOW, "FT", "m3/h", "排风量", "Extraction flow", (3000, 4200), 3600),
    (Kind.VIBRATION, "VT", "mm/s", "风机振动", "Fan vibration", (0, 4.5), 2.1),
    (Kind.SMOKE, "SD", "%", "烟感", "Smoke", (0, 2), 0.2),
    (Kind.HOT_SPOT, "IR", "degC", "热像最高温", "Hottest pixel", (20, 50), 31),
    (Kind.ACCESS, "DR", "state", "门", "Door", None, 0),
    (Kind.PEOPLE_POSITION, "PP", "persons", "在场人数", "People present", None, 3),
]


def canned_site() -> Site:
    """Ten zones on two floors, some 130 points, three people on duty."""
    zones, points = {}, {}
    for id, zh, en, storey, (x0, y0, x1, y1) in ZONES:
        floor = 0.0 if storey == "f1" else 6.0
        polygon = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        zones[id] = Zone(
            id=id,
            name=Name(zh=zh, en=en),
            storey=storey,
            polygon=polygon,
            floor=floor,
            ceiling=floor + 6,
            use="indoor",
        )
        places = random.Random(id)
        for kind, code, unit, kzh, ken, normal, _ in KINDS:
            for n in range(1 if kind in (Kind.ACCESS, Kind.PEOPLE_POSITION, Kind.OXYGEN) else 2):
                at = (
                    x0 + places.uniform(0.1, 0.9) * (x1 - x0),
                    y0 + places.uniform(0.12, 0.88) * (y1 - y0),
                    floor + 1.5,
                )
                pid = f"{id.upper()[:4]}-{code}-{n + 1:02d}"
                points[pid] = SitePoint.make(
                    pid,
                    kind,
                    id,
                    at,
                    unit,
                    name=Text(f"{zh}{kzh} {n + 1}", f"{en} {ken.lower()} {n + 1}"),
                    normal=normal,
                    gas=Gas(substance="DMC", lel=4.2) if kind is Kind.COMBUSTIBLE_GAS else None,
                    limits=_limits(kind),
                    stale_after=10.0,
                    states={0: Text("关", "closed"), 1: Text("开", "open")} if kind is Kind.ACCESS else {},
                )
    for pid, unit, zh, en in (
        ("WX-SPEED", "m/s", "风速", "Wind speed"),
        ("WX-DIR", "deg", "风向", "Wind direction"),
    ):
        points[pid] = SitePoint.make(pid, Kind.WEATHER, "loft", (70, 30, 12), unit, name=Text(zh, en))
    storeys = [
        Storey(id="f1", name=Name(zh="一层", en="Ground floor"), floor=0, ceiling=6),
        Storey(id="f2", name=Name(zh="二层", en="First floor"), floor=6, ceiling=12),
    ]
    head = SiteHead(
        id="canned",
        name=Name(zh="示例电池厂", en="Example battery plant"),
        georeference=Georeference(longitude=119.6, latitude=31.3),
        storeys=storeys,
    )
    duty = Duty(
        people=[
            Person(id="li_na", name=Name(zh="李娜", en="Li Na"), role="shift_supervisor", channels=["wecom"]),
            Person(id="wang_wei", name=Name(zh="王伟", en="Wang Wei"), role="crew"),
            Person(id="chen_jie", name=Name(zh="陈洁", en="Chen Jie"), role="safety_engineer", language="en"),
            Person(id="sun_yue", name=Name(zh="孙悦", en="Sun Yue"), role="safety_data_officer"),
            Person(id="gao_yun", name=Name(zh="高云", en="Gao Yun"), role="manager"),
            Person(id="ma_chao", name=Name(zh="马超", en="Ma Chao"), role="contractor"),
            Person(id="lin_xue", name=Name(zh="林雪", en="Lin Xue"), role="drill_instructor"),
            Person(id="he_ping", name=Name(zh="何平", en="He Ping"), role="auditor"),
        ],
        shifts=[Shift(person="wang_wei", start="08:00", end="20:00"), Shift(person="li_na", step=1)],
        channels=[Channel(id="wecom", type="webhook", url="http://127.0.0.1:9/none")],
    )
    sources = {
        s: Source(id=s, protocol=p) for s, p in (("opcua-line", "opcua"), ("gas-panel", "modbus"), ("people", "mqtt"))
    }
    return Site(head=head, zones=zones, points=points, sources=sources, duty=duty, posts=HOUSE)
