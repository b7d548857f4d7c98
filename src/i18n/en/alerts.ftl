### Alerts and their detail.

pane-alerts = Alerts
alerts-waiting = { $count } waiting
alerts-empty = nothing fires
alerts-no-rules = pending alerts are not known: the rules can't be read
alert-pending = pending
alert-unprocessed = new
alert-firing = firing
alert-inhibited = inhibited
alert-silenced = silenced
alert-silenced-left = silenced, { $left } left
alert-title = Alert
alert-gone = this alert is no longer there
alert-since = since { $clock }, { $age }
alert-inhibited-by = inhibited by { $name }
alert-expression = expression
alert-runbook = runbook
alert-generator = source
alert-labels = Labels
alert-pods = Pods it is about: { $count }
col-severity = SEVERITY
col-alert = ALERT
col-age = AGE
col-state = STATE
col-labels = LABELS
