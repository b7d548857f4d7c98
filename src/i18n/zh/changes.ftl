### 最近的变更。

changes-title = 近一小时变更
changes-empty = 近一小时没有变更
change-rolled-out-revision = { $name } 发布了版本 { $revision }
change-rolled-out = { $name } 已发布
change-scaled = { $name } 伸缩 { $steps }
change-config = ConfigMap { $name } 被 { $by } 修改
change-node-ready = 节点 { $node } 就绪
change-node-not-ready = 节点 { $node } 未就绪
change-node-cordoned = 节点 { $node } 停止调度
change-node-uncordoned = 节点 { $node } 恢复调度
change-alert-came = { $name } 触发
change-alert-left = { $name } 消失
change-light = 信号灯 { $id } { $steps }
change-hook = 守护条件 { $id } { $steps }
change-warned = { $object }：{ $reason }
