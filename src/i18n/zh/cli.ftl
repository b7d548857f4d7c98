### 命令行。

demo-serving = 内嵌集群正在提供服务，按 ctrl-c 结束：
headless-no-answer = { $source }：尚无应答
actions-unknown = 此处没有操作 { $id }：`quarterdeck actions list` 列出全部
actions-col-tier = 级别
actions-col-id = 操作
actions-col-title = 说明
actions-col-target = 对象
actions-col-reason = 不可用原因
actions-about = 说明
actions-target = 对象
actions-now = 现在可执行
actions-not-now = 现在不可执行
actions-when = 条件
actions-because = 原因
actions-persons = 需要人数
actions-param = 参数
actions-step = 步骤
actions-verify = 完成条件
actions-helped = 见效条件
actions-remind = 提醒
actions-undo = 撤销
actions-undo-before = 恢复到之前的值
actions-undo-stated = 按运维包的定义
actions-undo-none = 无
actions-undo-blind = 事先未读取任何值，无法判断现状是否仍为操作后的状态
