"""Announcements: a text, a preview, a confirmation, and then everyone is written to, once."""
