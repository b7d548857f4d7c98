### 命令行。

demo-serving = 内嵌集群正在提供服务，按 ctrl-c 结束：
headless-no-answer = { $source }：尚无应答
run-no-terminal = 操作须由终端前的人确认，而标准输入和输出都不是终端。没有终端时，先用 `quarterdeck run … --plan` 取得口令，再由 `--confirm -` 从标准输入读取。
run-no-challenge = 标准输入中没有口令：请用 `quarterdeck run … --plan` 取得。
run-no-action = 此台面没有操作 `{ $id }`：`quarterdeck actions list` 可列出全部。
run-bad-param = `{ $param }` 不是参数：请写成 NAME=VALUE。
run-too-long = 未在时限内得到回答。
run-begun = 执行 { $run }
run-goes-on = 执行仍在继续：`quarterdeck runs --attach { $run }` 可跟随，`--cancel { $run }` 可停止。
run-challenge = 以下口令只确认这一计划，仅一次，有效至 { $until }：
run-attended-only = { $tier } 只能由人确认：不发口令。
run-by-hand = 这里不会执行任何操作。请手动执行：
run-note-it = 之后请记下所做的事：{ $command }
run-plan-action = 操作
run-plan-target = 对象
run-plan-params = 参数
run-plan-step = 步骤
run-plan-change = 变化
run-plan-warning = 注意
run-plan-guard = 许可依据
run-plan-verify = 完成条件
run-plan-helped = 改善条件
run-plan-undo = 撤销
run-plan-no-undo = 无
run-plan-lock = 锁
run-step-open = 已开始，结果未知
run-step-not-done = 未执行
runs-none = 账本中没有执行记录。
runs-not-so = { $run } 的状态为{ $state }：无法这样处理。
