"""The only place that knows python-telegram-bot: what comes in, what goes out, and within which limits."""
