# 反复进行的检查。
routine-title = 例行检查
routine-empty = 此运维包没有检查项
routine-missed-count = 漏检 { $count } 次
routine-late = { $at } { $title }，已逾期 { $late }
routine-due-now = { $at } { $title } 到期
routine-next = { $at } { $title }
routine-more = +{ $count }
routine-holidays-unknown = 未登记今天所在年份的节假日

# 各行的状态。
routine-stand-late = 逾期 { $late }
routine-stand-due = 到期
routine-stand-unread = 未知
routine-stand-missed = 漏检 ×{ $times }
routine-stand-next = { $left } 后
routine-stand-free = 随时
outcome-passed = 通过
outcome-warned = 接近红线
outcome-failed = 未通过
outcome-unknown = 未知
outcome-skipped = 已跳过

# 选中行的说明。
routine-until = 截止 { $at }
routine-nobody = 无负责角色
routine-asks = 请查看 { $what }
routine-expects = 要求 { $what }
routine-items = 已完成 { $done }/{ $count }
routine-now = 当前 { $what }
routine-last = 上次 { $outcome } { $at } { $who }：{ $what }
routine-never = 此处从未执行
routine-proposes = 建议 { $what }

# 由人填写的一行。
prompt-check-passed = { $title }，所见：
prompt-check-failed = { $title }，不正常：
prompt-check-skipped = { $title }，跳过原因：
hint-check = 检查
hint-propose = 建议操作
hint-check-fail = 不正常
hint-check-skip = 跳过

# 命令行.
check-unknown = 此运维包没有检查项或清单 { $id }
check-judged = { $id }：--failed 只用于一个由人判断的检查项
check-nothing-left = { $id }：没有待做的；{ $outcome }
head-state = 状态
head-due = 时间
head-check = 检查项
head-part = 类别
head-way = 联系方式
head-roles = 角色
head-title = 名称
head-role = 角色
head-found = 结果
