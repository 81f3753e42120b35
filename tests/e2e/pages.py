"""Every main page of the application by name and address, for the tests and pictures that walk through all of them."""

PAGES = {
    "overview": "/",
    "zone": "/?zone=electrolyte_filling",
    "incidents": "/incidents",
    "incidents-past": "/incidents?show=past",
    "incident": "/incidents/{incident}",
    "hazards": "/hazards",
    "alarms": "/alarms",
    "alarms-journal": "/alarms?view=journal",
    "alarms-kpi": "/alarms?view=kpi",
    "trend": "/trend?points={point}",
    "trend-empty": "/trend",
    "points": "/points",
    "point": "/points/{point}",
    "duty": "/duty",
    "records": "/records",
    "system": "/system",
    "account": "/account",
    "people": "/people",
    "not-found": "/no-such-page",
}
"""`{incident}` and `{point}`: of the leak that is in progress."""
