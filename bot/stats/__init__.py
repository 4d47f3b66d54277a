"""How the service is used, for administrators: /stats and `yidao-bot stats`."""
