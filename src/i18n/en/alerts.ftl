### Alerts and their detail.
