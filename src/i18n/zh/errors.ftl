### 配置之外的错误。

trouble-unreachable = 无法连接 { $source }
trouble-timed-out = { $source } 响应超时
trouble-unauthorized = { $source } 认证失败（401）
trouble-forbidden = 无权读取 { $source }（403）
trouble-throttled = { $source } 限流（429）
trouble-server-error = { $source } 服务端错误
trouble-not-the-api = 应答者不是 { $source }
trouble-bad-question = { $source } 拒绝了请求
trouble-absent = 服务端没有 { $source }
