### 最近的变更。

changes-title = 近一小时变更
changes-empty = 近一小时没有变更
change-rolled-out-revision = { $name } 发布了版本 { $revision }
change-rolled-out = { $name } 已发布
change-scaled = { $name } 扩缩容 { $steps }
change-config = ConfigMap { $name } 被 { $by } 修改
change-node-ready = 节点 { $node } 就绪
change-node-not-ready = 节点 { $node } 未就绪
change-node-cordoned = 节点 { $node } 停止调度
change-node-uncordoned = 节点 { $node } 恢复调度
change-alert-came = { $name } 触发
change-alert-left = { $name } 消失，原因未知
change-alert-recovered = { $name } 已恢复
change-alert-data-lost = { $name } 消失：数据丢失
change-alert-rule-gone = { $name } 消失：规则已删除
change-alert-silenced = { $name } 已静默
change-alert-inhibited = { $name } 被抑制
change-light = 灯 { $id } { $steps }
change-hook = 钩子 { $id } { $steps }
change-gate = 闸门 { $id } { $steps }
change-warned = { $object }：{ $reason }
