"""The conversation in a terminal: the same handlers and words, for trying it without Telegram."""
