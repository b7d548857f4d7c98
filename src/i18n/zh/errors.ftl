### 配置之外的错误。

trouble-unreachable = 无法连接 { $source }
trouble-timed-out = { $source } 响应超时
trouble-unauthorized = 认证失败：{ $source } 不认可当前凭据
trouble-forbidden = 无权读取 { $source }（403）
trouble-throttled = { $source } 限流（429）
trouble-server-error = { $source } 服务端错误
trouble-not-the-api = 应答者不是 { $source }
trouble-bad-question = { $source } 拒绝了请求
trouble-absent = 服务端没有 { $source }
error-no-terminal = 驾驶舱需要终端作为标准输入与输出；`quarterdeck config` 与 `quarterdeck demo --serve DIR` 不需要终端
error-speed = --speed 需要大于 0 的数字
error-unknown-scenario = 没有名为 `{ $id }` 的剧本
error-known-scenarios = 可用的剧本：{ $names }
error-unknown-pack = 没有名为 `{ $id }` 的 pack
error-nearest = {"；是否想写 `"}{ $near }{"`？"}
error-pack-not-allowed = 策略不允许这个 pack `{ $id }`：它的目录与摘要都不在 allowed_packs 之中
reload-other-pack = 更换 pack 需要重启
error-unknown-context = kubeconfig 中没有上下文 `{ $name }`
error-known-contexts = 已有上下文：{ $names }
error-known-packs = 可用的有：{ $names }
mend-name-namespaces = 无权读取所有命名空间：请指定可读的命名空间，quarterdeck -n NAME
error-pack-elsewhere = { $folder }：其 pack.toml 写的是 id = "{ $id }"，与文件夹名不同：两者须一致
error-pack-stands-in = 运维包 { $id } 无法读取，驾驶舱未使用它即已打开：
