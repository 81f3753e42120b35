"""Every page of the application by name and address, for the tests and pictures that walk through all of them.

`{incident}`, `{other}`, `{point}`, `{hazard}`, `{note}` are of the night that tests/e2e/scene.py plays.
"""

PAGES = {
    "overview": "/",
    "zone": "/?zone=electrolyte_filling",
    "incidents": "/incidents",
    "incidents-mine": "/incidents?show=mine",
    "incidents-past": "/incidents?show=past",
    "incident": "/incidents/{incident}",
    "hazards": "/hazards",
    "alarms": "/alarms",
    "alarms-hidden": "/alarms?view=hidden",
    "alarms-journal": "/alarms?view=journal",
    "alarms-kpi": "/alarms?view=kpi",
    "alarms-definitions": "/alarms?view=definitions",
    "alarms-reviews": "/alarms?view=reviews",
    "trend": "/trend?points={point}&span=10m",
    "trend-empty": "/trend",
    "points": "/points",
    "point": "/points/{point}",
    "flows": "/flows",
    "duty": "/duty",
    "duty-handover": "/duty?tab=handover",
    "duty-contacts": "/duty?tab=contacts",
    "duty-chains": "/duty?tab=chains",
    "records": "/records",
    "system": "/system",
    "account": "/account",
    "people": "/people",
    "not-found": "/no-such-page",
}
"""The control room's; `{incident}` and `{point}` are of the leak that is in progress."""

PLAYED = {
    "incident-other": "/incidents/{other}",
    "hazard": "/hazards?hazard={hazard}",
    "trend-compare": "/trend?points={point},EF-TMP-02,EF-FLO-01&span=10m&compare=week",
    "duty-note": "/duty?tab=handover&note={note}",
}
"""Those that show something only after the night was played."""

EMPTY = {
    "overview-well": "/",
    "incidents-empty": "/incidents",
    "incidents-mine-empty": "/incidents?show=mine",
    "incidents-past-empty": "/incidents?show=past",
    "incident-unknown": "/incidents/no-such-incident",
    "hazards-empty": "/hazards",
    "alarms-empty": "/alarms",
    "alarms-none-match": "/alarms?q=no-such-word",
    "alarms-hidden-empty": "/alarms?view=hidden",
    "alarms-journal-empty": "/alarms?view=journal&q=no-such-word",
    "alarms-definitions-empty": "/alarms?view=definitions&q=no-such-word",
    "alarms-reviews-empty": "/alarms?view=reviews",
    "points-empty": "/points?q=no-such-word",
    "point-unknown": "/points/no-such-point",
    "trend-unknown": "/trend?points=no-such-point",
    "duty-handover-empty": "/duty?tab=handover",
    "duty-chains-empty": "/duty?tab=chains",
    "records-empty": "/records?q=no-such-word",
    "people-empty": "/people?q=no-such-word",
}
"""What a page shows where nothing is, or nothing was found."""

PHONE = {
    "m-incidents": "/m",
    "m-incident": "/m/incident/{incident}",
    "m-incident-other": "/m/incident/{other}",
    "m-tasks": "/m/tasks",
    "m-hazard": "/m/hazard/{hazard}",
    "m-scan": "/m/scan",
    "m-report": "/m/report?zone=electrolyte_filling",
    "m-place-zone": "/m/place/zone/electrolyte_filling",
    "m-place-point": "/m/place/point/{point}",
    "m-place-unknown": "/m/place/point/no-such-point",
    "m-queue": "/m/queue",
    "m-me": "/m/me",
    "m-not-found": "/m/no-such-page",
}
"""The crew's."""

PHONE_EMPTY = {
    "m-incidents-empty": "/m",
    "m-tasks-empty": "/m/tasks",
    "m-incident-unknown": "/m/incident/no-such-incident",
    "m-hazard-unknown": "/m/hazard/no-such-hazard",
}
