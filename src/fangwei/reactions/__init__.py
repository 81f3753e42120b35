"""Real-time rules (联动规则): when this happens there, then doors, fans, broadcasts, people, flows."""
