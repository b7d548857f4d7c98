### 操作的用词：拒绝、事实、警告、结果，以及保存它们的账本。

action-join = {"；"}
action-colon = {"："}
value-absent = （未设置）

refusal-read-only = 只读：此处不允许任何变更
refusal-guard = 现在不可执行：{ $why }
refusal-guard-unknown = 无法判断现在是否可以执行：{ $why }
refusal-needs = 须在此前 { $within } 内先执行 { $action }
refusal-forbidden = 无权对 { $resource } 执行 { $verb }{ $place }{ $why }
refusal-in-namespace = （命名空间 { $name }）
refusal-policy = 策略禁止：{ $rule }
refusal-unfilled = { $param } 未填写
refusal-bad-value = { $param } 不能为 { $value }：{ $why }
refusal-not-found = { $target } 不存在
refusal-drifted = 期间已发生变化：{ $drift }
refusal-busy = { $who } 正在操作它
refusal-busy-run = { $who } 正在操作它，运行 { $run }
refusal-unsettled = 对它的运行 { $run } 结果未知：请先查看并确认
refusal-unreadable = 无法读取 { $what }：{ $why }
refusal-dry-run = 服务端不会接受：{ $why }
refusal-owned = 它归 { $by } { $name } 管理，改动会立即被还原
refusal-no-ledger = 无法记录，因此不执行：{ $why }
refusal-no-lock = 无法取得锁：{ $why }
refusal-declined = 回答为“否”
refusal-timed-out = 未在时限内回答
refusal-persons = 须有第二人同意：{ $why }
refusal-not-simulated = 此处不可用：剧本中没有 { $what }
refusal-pack-changed = 制定计划后 pack 已变化
refusal-identity = 身份或集群与制定计划时不同：{ $why }
refusal-unattended = 无人值守时不可执行：{ $why }

fact-uid = uid
fact-generation = generation
fact-field = { $path }
fact-guard = 守卫条件
fact-pack = pack 摘要
fact-cluster = 集群
fact-principal = 用户
fact-by = （{ $by }）
fact-is = { $of }：{ $name } 为 { $value }{ $by }
fact-drifted = { $of }：{ $name } 原为 { $was }，现为 { $now }{ $by }
fact-gone = { $of }：{ $name } 原为 { $was }，现已无法读取

warning-server = 服务端警告：{ $text }
warning-over-budget = 预算 { $budget } 只允许再减少 { $allowed } 个
warning-over-quota = 将超出配额 { $quota } 的 { $resource }
warning-not-seen = 无法得知 { $what }：{ $why }

owner-hpa = HPA
owner-argo-cd = Argo CD
owner-flux = Flux
owner-helm = Helm
owner-manager = 字段管理者
owner-reverts = { $kind } { $name } 会还原此改动
owner-writes = { $kind } { $name } 也会写入

allowed-yes = 允许
allowed-no = 不允许{ $why }
allowed-unknown = 无法得知是否允许{ $why }

verdict-verified = 已验证
verdict-not-helped = 已完成，未见改善
verdict-unverified = 未验证
verdict-failed = 失败
verdict-unknown = 结果未知
verdict-aborted = 已中止

run-intended = 已记录
run-running = 第 { $step } 步
run-verifying = 验证中

why-step = 第 { $step } 步{ $why }
why-drift = 事实已变化：{ $drift }
why-refused = 被拒绝：{ $refusal }
why-not-in-time = 未在时限内达到：{ $condition }
why-not-in-time-last = 未在时限内达到：{ $condition }，最后为 { $last }
why-not-helped = 未见改善：{ $condition }
why-cancelled = 已由人取消
why-runner-gone = 执行进程已消失
why-runner-gone-sent = ；第 { $step } 步已开始，结果未知
why-runner-gone-nothing-sent = ；当时没有正在执行的步骤
why-runner-gone-found = ；事后查得：{ $drift }
why-lock-lost = 锁已被 { $who } 取得

step-restart = 重启
step-scale = 扩缩容
step-rollback = 回滚
step-set-env = 设置环境变量
step-patch = 修改
step-delete-pod = 删除
step-evict = 驱逐
step-cordon = 禁止调度
step-uncordon = 恢复调度
step-run-cronjob = 立即运行
step-exec = 在容器内执行程序
step-command = 执行程序
step-sql = 执行 SQL
step-redis = 执行 Redis 命令
step-http = 发送请求
step-systemd = 操作 systemd
step-compose = 操作 compose
step-silence = 静默
step-expire-silence = 解除静默
step-ask = 请人处理
step-wait = 等待
step-end-done = 完成
step-end-failed = 失败{ $why }
step-end-unknown = 结果未知{ $why }
step-end-cancelled = 已取消，未做任何改动
step-end-cancelled-after = 已取消；此前已完成：{ $done }

counted-pods = { $number } 个 Pod
counted-rows = { $number } 行
counted-files = { $number } 个文件
counted-connections = { $number } 个连接
counted-bytes = { $number } 字节

entry-refused = 被拒绝
entry-intent = 意图
entry-taken = 已接手
entry-step-started = 步骤开始
entry-output = 输出
entry-step-ended = 步骤结束
entry-verifying = 验证中
entry-cancel-asked = 请求取消
entry-outcome = 结果
entry-acknowledged = 已确认
entry-evidence = 佐证
entry-note = 备注
entry-approval = 同意
entry-challenge = 口令
entry-challenge-used = 口令已使用

# 参数取值被拒绝的原因。
fault-empty = 没有内容
fault-not-whole = 不是整数
fault-not-number = 不是数字
fault-not-bool = 不是 true 或 false
fault-not-span = 时长写作 30m
fault-not-time = 时间写作 2026-11-21T14:30:00+08:00
fault-not-address = 不是 IP 地址
fault-not-git-ref = 不是 git 接受的名称
fault-not-path = 不是绝对路径
fault-not-plain = 含控制字符或过长
fault-not-name = 不是 API 服务器接受的名称
fault-too-small = 至少 { $least }
fault-too-large = 至多 { $most }
fault-not-one-of = 只能是 { $known }
fault-no-match = 不匹配 { $pattern }
fault-off-ladder = 只能是 { $ladder }
fault-skips-rung = 每次只能走一级：从 { $now } 到 { $next }
fault-now-unknown = 当前值未知，无法判断级数
fault-already = 已经如此
fault-mine = 会把操作者自己挡在外面
fault-outside = 不在 { $below } 之内
fault-other-kind = 只能是 { $known }
