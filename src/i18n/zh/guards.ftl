# 钩子、灯与闸门。
guards-title = 钩子、灯与闸门
guards-weight = { $weight }%
guards-held = { $held }/{ $all } 项通过
guards-reasons = { $count ->
    [0] 一切正常
   *[other] { $count } 条原因
}
guards-row-of = 连续 { $count } 个良好窗口
guards-row-at-least = 连续至少 { $count } 个良好窗口
guards-row-gap = 数据缺失之后连续 { $count } 个良好窗口
guards-row-unknown = 连续良好窗口：未知
guards-beside = { $light }，仅供参考
guards-wants-green = { $light }，须为绿
guards-tick-open = 尚无人确认
guards-tick-stale = { $who }，{ $age }前，已过期：{ $evidence }
guards-tick-holds = { $who }，{ $age }前：{ $evidence }
guards-tick-fails = 未通过。{ $who }，{ $age }前：{ $evidence }
guards-tick-lasts = { $time }内有效
guards-on-fail = 未通过时：{ $say }
guards-on-warn = 黄灯时：{ $say }
guards-on-red = 红灯时：{ $say }
guards-demands = 须满足：{ $says }
guards-running = 进行中，至 { $clock }
guards-window-to = 最近完整窗口：至 { $clock }，长 { $length }
guards-no-window = 未读到任何窗口
guards-makes = { $light }：{ $says }
guards-query = { $name }{"  "}{ $value }
guards-windows = 窗口，新的在前
guards-observes = 观测项
guards-conditions = 判定条件
guards-light-red = 任一成立即为红
guards-light-warn = 任一成立即为黄
guards-light-green = 全部成立即为绿
guards-part-holds = 成立：{ $read }
guards-part-fails = 不成立：{ $read }
guards-part-unknown = 未知：{ $read }
guards-light-now = { $name } 当前为{ $light }
guards-gone = 运维包中已没有此项
prompt-tick-holds = { $gate } { $tick }：通过，依据：
prompt-tick-fails = { $gate } { $tick }：未通过，依据：
hint-tick = 通过
hint-tick-fails = 未通过
guards-no-gate = 运维包中没有闸门 { $name }
guards-no-hook = 运维包中没有钩子 { $name }
guards-no-light = 运维包中没有灯 { $name }
guards-no-tick = 该闸门没有人工项 { $name }
