### 告警及其详情。

pane-alerts = 告警
alerts-waiting = { $count } 待定
alerts-empty = 没有告警
alerts-no-rules = 无法读取规则，未触发的告警未知
alert-pending = 待触发
alert-unprocessed = 新
alert-firing = 触发中
alert-inhibited = 被抑制
alert-silenced = 已静默
alert-silenced-left = 已静默，剩 { $left }
alert-title = 告警
alert-gone = 该告警已消失
alert-since = 自 { $clock }，已 { $age }
alert-inhibited-by = 被 { $name } 抑制
alert-expression = 表达式
alert-runbook = 处置手册
alert-generator = 来源
alert-labels = 标签
alert-pods = 相关 Pod：{ $count }
col-severity = 级别
col-alert = 告警
col-age = 时长
col-state = 状态
col-labels = 标签
