### SLOs and gauges.

pane-slos = SLOs
slos-empty = this pack names no SLOs or gauges
slos-none-found = no SLOs found in Prometheus
period-month = month
burns = burns
budget-gone-in = gone in { $left }
low-sample = few requests: { $count }
col-slo = SLO
col-value = VALUE
col-limit = LIMIT
col-headroom = HEADROOM
col-budget = BUDGET
col-trend = LAST HOUR
col-burn = BURN
