### 配置、策略与主题：错误与 `config show`。

config-level-error = 错误
config-level-help = 提示

config-did-you-mean = 是否想写 `{ $near }`？
config-error-count = 共 { $n } 处错误
config-error-and-more = { $first }（另有 { $n } 处）

config-syntax = 不是合法的 TOML
config-syntax-at = `{ $key }`：不是合法的 TOML
config-duplicate-key = `{ $key }` 设置了两次
config-syntax-label = { $message }
config-unknown-key = 未知的键 `{ $key }`
config-unknown-key-label = 此处可用的键：{ $names }
config-wrong-value = `{ $key }` 的值不对
config-expected-found = 应为：{ $expected }；实际：{ $found }
config-bad-header-name = `{ $key }` 不是合法的请求头名称
config-unknown-variable = 未知的环境变量 { $name }
config-conflict = `{ $key }` 与 `{ $other }` 互相排斥
config-conflict-label = 这一处
config-conflict-other = 与这一处
config-needs = 没有 `{ $needed }`，`{ $key }` 就没有意义
config-needs-label = 请同时设置 `{ $needed }`

config-unreadable = 无法读取 { $file }：{ $why }
config-missing-file = --config 指定的 { $file } 不存在
config-too-large = { $file } 超过 1 MiB
config-not-utf8 = { $file } 不是 UTF-8

config-kind-text = 非空文本
config-kind-id = 由小写字母、数字与短横线组成的 id
config-kind-path = 文件路径
config-kind-flag = true 或 false
config-kind-whole = { $min } 到 { $max } 的整数
config-kind-span = { $min } 到 { $max } 的时长，例如 "15s"
config-kind-url = 形如 "https://host:9090/prefix" 的地址
config-kind-choice = 其中之一：{ $names }
config-kind-name = 集群对象的名称，例如 "quarterdeck"
config-kind-names = 名称列表，例如 ["prod"]
config-kind-urls = 地址列表，例如 ["https://host:9093"]
config-kind-header = 请求头可以携带的文本
config-kind-command = 命令的 id 或 "none"
config-kind-table = 表
config-kind-packs = 由 pack id、sha256:… 摘要或绝对路径组成的列表
config-kind-actions = 操作：`glancy/promote`、`generic/*` 或 `*`
config-kind-steps = 步骤种类：`delete-pod`、`command`、`sql`
config-kind-programs = 程序的绝对路径：`/usr/local/bin/releasectl`
config-kind-two-persons = 级别或操作：`T3`、`glancy/promote`
config-kind-unattended = `T0`、`T1` 或 `T2`：T3 绝不在无人时执行
config-kind-tier = `T0`、`T1`、`T2` 或 `T3`
config-kind-remind = 提醒方式的列表：{ "{" } program = ["/usr/local/bin/page"] { "}" } 或 { "{" } webhook = "https://…", token_file = "/etc/…" { "}" }，只用于部分提醒时写明 `kinds`
config-kind-floors = 按操作给出的级别：{ "{" } "generic/*" = "T2" { "}" }

config-found-string = 文本 { $value }
config-found-integer = 数字 { $value }
config-found-float = 数字 { $value }
config-found-boolean = { $value }
config-found-datetime = 日期 { $value }
config-found-array = 列表
config-found-table = 表
config-found-url = { $value }：{ $why }
config-kind-absolute = 绝对路径
config-kind-ledger = 形如 "postgres://user@host:5432/database" 的地址
config-ledger-scheme = 必须以 postgres:// 开头
config-ledger-password = 地址中带有密码；请使用 passfile
config-ledger-database = 未指明数据库
config-ledger-option = ? 之后只可为 sslmode=verify-full、sslmode=disable 或 host=/目录
config-url-scheme = 必须以 http:// 或 https:// 开头
config-url-host = 没有写主机
config-url-port = 端口不是 1 到 65535 的数字
config-url-user = 其中带有用户名或密码；请用 username 与 password_file
config-url-query = 其中带有查询串或片段
config-url-character = 其中有地址不允许的字符

config-key-context = 没有名为 `{ $context }` 的按键上下文
config-key-sequence = `{ $key }`：{ $at } 不是一个键
config-key-sequence-help = 键的写法："x"、"X"、"ctrl-x"、"g g"、"enter"、"pagedown"、"f5"
config-key-command = `{ $key }`：没有命令 `{ $command }`
config-key-types-itself = `{ $key }`：在输入文本处，这个键就是它自己
config-key-twice = `{ $key }` 与 `{ $other }` 是同样的键；后者是 { $command }
config-key-prefix = `{ $key }` 与 `{ $other }`（{ $command }）不能同时存在：一个是另一个的开头
config-key-prefix-help = 把 `{ $other }` 绑定为 "none"，或者换一个键

config-policy-owner = { $file } 属于用户 { $uid }；策略文件必须属于 root
config-policy-mode = { $file } 可被他人写入（权限 { $mode }）
config-policy-unknown-key = 策略中的 `{ $key }` 是此版本无法执行的
config-run-this = 请执行：{ $command }
config-refused = { $key } = { $value }（{ $place }）被 { $policy } 拒绝

config-theme-unknown-role = 未知的角色 `{ $name }`
config-theme-unknown-colour = 未知的颜色 `{ $name }`
config-theme-colour-label = 既不是 "#rrggbb"，也不是 [palette] 中的名称
config-theme-unknown-parent = 要继承的主题 `{ $name }` 不存在
config-theme-cycle = 主题循环继承：{ $circle }
config-theme-missing = 没有主题 `{ $name }`
config-theme-no-ground = 主题 `{ $name }` 没有说明它所针对的背景色
config-kind-theme-style = 颜色，或由 fg、bg、bold、dim、italic、underline、reversed、crossed 组成的表
config-kind-theme-colour = "#rrggbb"，或含 rgb 与 ansi 的表
config-kind-ansi = 0 到 15 的数字

config-show-default = 默认
config-show-not-set = 未设置
config-show-policy = 策略 { $file }
config-show-no-policy = 没有策略文件：由用户自己决定
config-show-auto = 自动：{ $value }
config-show-hidden = 已隐藏
config-path-found = 存在
config-path-absent = 不存在
config-check-ok = 配置有效
config-demo-elsewhere = 演示的 `{ $key }` 必须在本机
config-kind-service = 形如 "monitoring/prometheus-operated:9090" 的服务
config-kind-services = 服务列表，例如 ["monitoring/alertmanager-operated:9093"]
config-service-namespace = 斜杠前缺少命名空间
config-service-name = 缺少服务名
config-service-port = 冒号后缺少端口
config-service-prefix = 路径中含有不允许的字符
config-unknown-desk = 没有名为 { $name } 的工作台：配置中没有 [desks.{ $name }]
config-kind-choices = 由 { $names } 中若干项组成的列表
config-found-hidden = 其他内容（不予显示）
