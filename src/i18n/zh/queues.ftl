### 队列。

pane-queues = 队列
queues-empty = 该运维包未定义队列
queues-none-found = Prometheus 中未发现队列
oldest = 最早
rate-in = 入
rate-out = 出
course-empty = 已清空
course-draining = { $left } 后清空
course-filling = { $left } 后异常
course-filling-on = 仍在增长
course-steady = 平稳
course-stalled = 停滞
course-unknown = 走势未知
col-queue = 队列
col-depth = 积压
col-depth-limit = 异常线
col-oldest = 最早
col-in = 入
col-out = 出
col-course = 走势
