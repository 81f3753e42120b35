"""A controlled station by c104 (GPL: test peer in a process of its own). `iec104_station.py PORT`.

Commands are JSON lines on stdin: {"set": {"11": 12.5}}, {"invalid": 11}; each is sent spontaneously.
"""

import json
import sys

import c104

server = c104.Server(ip="127.0.0.1", port=int(sys.argv[1]))
station = server.add_station(common_address=7)
points = {
    11: station.add_point(io_address=11, type=c104.Type.M_ME_TF_1),
    12: station.add_point(io_address=12, type=c104.Type.M_SP_NA_1),
    13: station.add_point(io_address=13, type=c104.Type.M_ME_NB_1),
    14: station.add_point(io_address=14, type=c104.Type.M_DP_TB_1),
    15: station.add_point(io_address=15, type=c104.Type.M_ME_NA_1),
}
points[11].value = 1.5
points[12].value = True
points[13].value = c104.Int16(-300)
points[14].value = c104.Double.ON
points[15].value = c104.NormalizedFloat(0.5)
server.start()
print("ready", flush=True)
for line in sys.stdin:
    command = json.loads(line)
    for ioa, value in command.get("set", {}).items():
        point = points[int(ioa)]
        point.value = value
        point.transmit(cause=c104.Cot.SPONTANEOUS)
    if "invalid" in command:
        point = points[command["invalid"]]
        point.quality = c104.Quality.Invalid
        point.transmit(cause=c104.Cot.SPONTANEOUS)
    print("done", flush=True)
server.stop()
