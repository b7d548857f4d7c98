### 回放已记录的班次，以及记录本身。

walk-title = 班次回放
walk-past = 历史
walk-opening = 正在打开记录
walk-plays = 播放
walk-stands = 暂停
walk-recorded = 记录于 { $clock }
walk-gap = 未记录 · 最后所见 { $clock }
walk-left-out = 另有 { $count } 个异常 Pod 未记录
walk-torn = 文件末尾不完整
walk-no-mark = 尚无事件
walk-ran = { $title } · { $target } · { $who } · { $verdict }
walk-went-on = 进行中
walk-noted = { $who }：{ $text }
walk-remarked = { $who } 就 { $about }：{ $text }
walk-acknowledged = { $who } 确认了 { $about } { $text }
walk-released = { $who } 放下了 { $about }
walk-assigned = { $who } 将 { $about } 交给 { $text }
walk-escalated = { $who } 就 { $about } 呼叫了 { $text }

walk-none-yet = 此工作台还没有任何班次记录。
walk-no-record = 此文件不是班次记录。
walk-version = 此记录的格式为 { $found }，本程序只读格式 { $known }。请使用写下它的 Quarterdeck 版本。
walk-empty = 此记录没有任何可读内容。
walk-unreadable = 无法读取记录：{ $why }

recording-idle = 此处没有记录：records.on 已关闭，或尚未看到任何数据。
recording-elsewhere = 您的另一个进程正在记录此工作台。
recording-here = 正在记录各面板的内容。
recording-stopped = 记录已停止：{ $why }
notice-recording-stopped = 记录已停止：{ $why }

hint-walk-play = 播放
hint-walk-stop = 暂停
hint-walk-next = 下一标记
hint-walk-previous = 上一个
hint-walk-faster = 加速
hint-walk-on = +5 秒
hint-walk-minute = +1 分
hint-walk-alert = 告警
hint-walk-light = 灯
hint-walk-action = 操作
hint-walk-older = 更早班次

key-context-walk = 班次回放

command-walkthrough = 回放已记录的班次
command-walk-play = 播放或暂停
command-walk-faster = 加快播放
command-walk-slower = 放慢播放
command-walk-on = 前进五秒
command-walk-back = 后退五秒
command-walk-minute-on = 前进一分钟
command-walk-minute-back = 后退一分钟
command-walk-next = 下一个标记
command-walk-previous = 上一个标记
command-walk-next-alert = 下一条告警的出现或消失
command-walk-previous-alert = 上一条告警
command-walk-next-light = 下一次灯或钩子变化
command-walk-previous-light = 上一次灯或钩子变化
command-walk-next-action = 下一个操作
command-walk-previous-action = 上一个操作
command-walk-start = 到记录开头
command-walk-end = 到记录末尾
command-walk-older = 前一个班次
command-walk-newer = 后一个班次

why-not-the-past = 这是历史
why-not-no-record = 没有记录
why-not-no-other-record = 那个方向没有其他班次记录
why-not-no-mark = 那个方向没有了
why-not-only-the-record = 没有打开别的内容；请用退出键离开

cli-watch-here = 正在记录 { $desk }，文件 { $path }
cli-watch-elsewhere = 另一个进程正在记录 { $desk }，本进程等待
cli-watch-stopped = 记录已停止：{ $why }
cli-watch-no-folder = 没有状态目录：未设置 HOME
cli-walk-span = 已记录 { $from } – { $to }
cli-walk-gap = 缺口   { $from } – { $to }
cli-walk-torn = 末尾 { $bytes } 字节无法读取
cli-walk-bad-time = `{ $text }` 不是此记录的时间：请写 14:31、14:31:40 或 2026-11-21T14:31:40+08:00
<<<<<<< HEAD
=======

remind-check-due = 检查自 { $at } 起待做：{ $title }（{ $subject }）
remind-check-missed = 检查已错过，应于 { $at } 完成：{ $title }（{ $subject }）
remind-check-failed = 检查未通过，时点 { $at }：{ $title }（{ $subject }）
remind-handover-due = { $title } 的交接自 { $at } 起待完成
remind-incident-due = { $subject } { $title }：{ $detail } 应于 { $at } 完成
remind-switch-overdue = 临时变更自 { $at } 起逾期：{ $title }（{ $subject }）
remind-switch-remind = { $at } 的 { $subject } 之后：{ $title }
remind-switch-changed = { $at } 的临时变更已被他人更改：{ $title }，{ $detail }（{ $subject }）
remind-silence-ending = 静默将于 { $at } 结束：{ $title }（{ $subject }）
remind-respond-soon = { $title } 尚无人响应：应于 { $at } 前响应
cli-watch-leads = 正在执行 { $desk } 的值守任务：检查与提醒
cli-watch-follows = { $desk } 的值守任务由 { $who } 执行，本进程等待
cli-watch-leaderless = 无人执行 { $desk } 的值守任务：{ $why }
cli-watch-checked = { $check }（{ $at }）：{ $outcome }
cli-watch-reminded = 提醒：{ $text }
cli-watch-told = 已通知 { $way }
cli-watch-not-told = 未能通知 { $way }：{ $why }
cli-watch-not-done = { $what }：{ $why }
>>>>>>> duty
walk-passed = { $who } 检查 { $about }：通过 { $text }
walk-warned = { $who } 检查 { $about }：接近限值 { $text }
walk-failed = { $who } 检查 { $about }：未通过 { $text }
walk-not-told = { $who } 检查 { $about }：未知 { $text }
walk-skipped = { $who } 跳过检查 { $about }：{ $text }
walk-declared = { $who } 宣布 { $about }：{ $text }
walk-updated = { $who } 发布 { $about } 进展：{ $text }
walk-led = { $who } 就 { $about }：{ $text }
walk-closed = { $who } 关闭 { $about }：{ $text }
walk-reopened = { $who } 重新打开 { $about }：{ $text }
walk-began = { $who } 开始流程 { $about }
walk-settled = { $who } 在 { $about } 中：{ $text }
walk-left-out-step = { $who } 在 { $about } 中略过：{ $text }
walk-left = { $who } 离开流程 { $about }：{ $text }
walk-resumed = { $who } 继续 { $about }
walk-ended = { $who } 结束流程 { $about }：{ $text }
walk-handed-over = { $who } 交班 { $about } { $text }
walk-lifted = { $who } 解除 { $about } 的冻结：{ $text }
walk-took-over = { $who } 接班 { $about } { $text }
command-walk-next-note = 下一条记录
command-walk-previous-note = 上一条记录
hint-walk-note = 记录
<<<<<<< HEAD

remind-check-due = 检查自 { $at } 起待做：{ $title }（{ $subject }）
remind-handover-due = 交接班自 { $at } 起待做：{ $title }
remind-check-missed = 检查已错过，应于 { $at } 完成：{ $title }（{ $subject }）
remind-check-failed = 检查未通过，时点 { $at }：{ $title }（{ $subject }）
remind-incident-due = { $subject } { $title }：{ $detail } 应于 { $at } 完成
remind-switch-overdue = 临时变更自 { $at } 起逾期：{ $title }（{ $subject }）
remind-switch-remind = { $at } 的 { $subject } 之后：{ $title }
remind-switch-changed = { $at } 的临时变更已被他人更改：{ $title }，{ $detail }（{ $subject }）
remind-silence-ending = 静默将于 { $at } 结束：{ $title }（{ $subject }）
remind-respond-soon = { $title } 尚无人响应：应于 { $at } 前响应
cli-watch-leads = 正在执行 { $desk } 的值守任务：检查与提醒
cli-watch-follows = { $desk } 的值守任务由 { $who } 执行，本进程等待
cli-watch-leaderless = 无人执行 { $desk } 的值守任务：{ $why }
cli-watch-checked = { $check }（{ $at }）：{ $outcome }
cli-watch-reminded = 提醒：{ $text }
cli-watch-told = 已通知 { $way }
cli-watch-not-told = 未能通知 { $way }：{ $why }
cli-watch-not-done = { $what }：{ $why }
=======
>>>>>>> duty
