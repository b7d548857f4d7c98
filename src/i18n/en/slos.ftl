### SLOs and gauges.

pane-slos = SLOs
slos-empty = this pack names no SLOs or gauges
slos-none-found = no SLOs found in Prometheus
period-month = month
burns = burns
budget-gone-in = gone in { $left }
budget-gone-net = net of errors that leave: { $left }
slo-unread = not read: { $windows }
low-sample = few requests: { $count }
col-slo = SLO
col-value = VALUE
col-limit = LIMIT
col-headroom = HEADROOM
col-budget = BUDGET
col-trend = LAST HOUR
col-burn = BURN
slo-budget-left = error budget left { $left }
slo-budget-unknown = error budget unknown
slo-no-traffic = no traffic: neither good nor bad
slo-pair-burns = faster than { $factor }× over { $long } and { $short }
