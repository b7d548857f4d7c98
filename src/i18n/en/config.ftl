### Config, policy and themes: errors and `config show`.
