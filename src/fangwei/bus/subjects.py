"""Every subject on the bus. The platform's own all begin with `fw.`, which field devices may neither hear nor say.

fw.readings.<source>         Readings as one Arrow IPC stream (codec.py)
fw.alarms.<zone>             AlarmEvent
fw.incidents.<incident>      IncidentEvent
fw.notices.<person>          Notice
fw.flows.<run>               FlowEvent
fw.orders.<kind>             PlantOrder
fw.told.<run>                Told
fw.receipts.<kind>           OrderReceipt: what became of an order at a device
fw.signals.<name>            Signal: a forecast, finding or decision, by its dotted name
fw.reactions.<rule>          Firing (reactions/questions.py): a real-time rule fired
fw.limits.<point>            LimitInForce (alarms/schemas.py): people changed a limit
fw.sources.<source>          SourceHealth, every second
fw.health.<process>          HealthReport, every second
fw.latest                    Readings, every second: the latest of the points that changed since
fw.ask.<room>.<question>     request -> answer (JSON, or Arrow where said)
fw.do.<room>.<command>       command with an id -> outcome (JSON)
"""

READINGS = "fw.readings"
ALARMS = "fw.alarms"
INCIDENTS = "fw.incidents"
NOTICES = "fw.notices"
FLOWS = "fw.flows"
ORDERS = "fw.orders"
TOLD = "fw.told"
RECEIPTS = "fw.receipts"
SIGNALS = "fw.signals"
REACTIONS = "fw.reactions"
LIMITS = "fw.limits"
SOURCES = "fw.sources"
HEALTH = "fw.health"
LATEST = "fw.latest"
ASK = "fw.ask"
DO = "fw.do"

READINGS_STREAM = "READINGS"
EVENTS_STREAM = "EVENTS"
FIELD_STREAM = "FIELD"
"""What devices publish by MQTT, for a few minutes (field.py); its subjects are those of the site's sources."""
EVENTS_PROBE = "fw.probe.events"
"""Said by the supervisor to learn whether the stream takes anything; nobody listens."""
EVENTS_SUBJECTS = [
    *(f"{kept}.>" for kept in (ALARMS, INCIDENTS, NOTICES, ORDERS, RECEIPTS, SIGNALS, TOLD)),
    EVENTS_PROBE,
]


def mqtt_topic_to_subject(topic: str) -> str:
    """The NATS subject under which an MQTT topic (or filter: `+`, `#`) appears.

    The broker writes `/` as `.`, and an empty level (a leading slash, as many devices have) as `/`; a dot inside a
    level becomes `//`, which no subject of ours can match: refuse such topics when they are configured.

    >>> mqtt_topic_to_subject("plant/+/gas/#")
    'plant.*.gas.>'
    >>> mqtt_topic_to_subject("/plant/gas")
    '/.plant.gas'

    Raises:
        ValueError: the topic is empty, or holds a dot or a space.
    """
    levels = topic.split("/")
    if not topic or any("." in level or " " in level for level in levels):
        raise ValueError(f"topic {topic!r}: it must not be empty and must hold neither dots nor spaces")
    return ".".join({"+": "*", "#": ">", "": "/"}.get(level, level) for level in levels)


def subject_to_mqtt_topic(subject: str) -> str:
    """The MQTT topic that the broker shows as this subject.

    >>> subject_to_mqtt_topic("/.spBv1//0.g")
    '/spBv1.0/g'
    """
    levels = subject.split(".")
    return "/".join("" if level == "/" else level.replace("//", ".") for level in levels)
