### 按键及其所在之处的名称。

key-context-global = 除输入文本处之外的任何地方
key-context-list = 任何列表
key-context-alerts = 告警窗格
key-context-slos = SLO 窗格
key-context-queues = 队列窗格
key-context-pods = Pod 窗格
key-context-changes = 变更界面
key-context-nodes = 节点界面
key-context-detail = 详情界面
key-context-logs = 日志
key-context-chart = 图表
key-context-picker = 选择器
key-context-text = 输入文本处
key-context-help = 帮助
key-context-document = 对象文本界面
key-context-rollouts = 版本历史界面
key-context-routine = 例行检查界面
key-context-guard = 钩子、灯与闸门界面
key-context-run = 运行与操作记录
key-context-output = 运行的输出
