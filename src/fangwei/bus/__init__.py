"""The bus: an embedded NATS server, the subjects, the streams, the Arrow codec, and one client."""
