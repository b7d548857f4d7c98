### 配置、策略与主题：错误与 `config show`。
