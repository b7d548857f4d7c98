### 命令行。

demo-serving = 内嵌集群正在提供服务，按 ctrl-c 结束：
headless-no-answer = { $source }：尚无应答
