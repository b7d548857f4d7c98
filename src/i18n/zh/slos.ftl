### SLO 与仪表。

pane-slos = SLO
slos-empty = 该运维包未定义 SLO 和指标
slos-none-found = Prometheus 中未发现 SLO
period-month = 本月
burns = 燃烧率
budget-gone-in = { $left } 后耗尽
budget-gone-net = 扣除移出的错误：{ $left }
slo-unread = 未读到：{ $windows }
low-sample = 请求过少：{ $count }
col-slo = SLO
col-value = 当前值
col-limit = 限值
col-headroom = 余量
col-budget = 预算
col-trend = 近一小时
col-burn = 燃烧率
slo-budget-left = 错误预算剩余 { $left }
slo-budget-unknown = 错误预算未知
slo-no-traffic = 无流量：不判好坏
slo-pair-burns = { $long } 与 { $short } 均快于 { $factor }×
