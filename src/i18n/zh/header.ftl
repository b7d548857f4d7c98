### 页眉。

desk-generic = 通用
demo-mark = 演示
read-only = 只读
namespaces-all = 全部
namespaces-more = { $names } +{ $more }
links-none = 无数据源
links-live = 实时
links-partial = 不完整
links-connecting = 连接中 { $count }/{ $all }
links-failing = { $all } 个数据源中 { $count } 个失败
links-failing-short = { $count }/{ $all } 失败
links-stale = 数据已过期 { $age }
strip-empty = 此工作台没有钩子和灯
strip-as-of = 截至 { $clock }
strip-hooks-ok = { $count } 项正常
due = 待办
due-unread = 账本无法读取：已做的与未恢复的均未知
due-empty = 暂无待办
mismatch-cluster-mark = 集群已变
mismatch-user-mark = 用户已变
desk-pack-unread = { $pack } 无法读取：通用
