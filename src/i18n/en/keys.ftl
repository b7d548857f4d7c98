### Names of keys and of the places where they count.

key-context-global = everywhere but where text is typed
key-context-list = in any list
key-context-alerts = in the alerts
key-context-slos = in the SLOs
key-context-queues = in the queues
key-context-pods = in the pods
key-context-changes = in what changed
key-context-nodes = in the nodes
key-context-detail = in a detail
key-context-logs = in the logs
key-context-chart = in a chart
key-context-picker = in a picker
key-context-text = where text is typed
key-context-help = in the help
key-context-document = in a text about an object
key-context-rollouts = in the rollout history
key-context-routine = in what is due
key-context-guard = among hooks, lights and gates
key-context-run = in a run and the journal
key-context-output = in what a run wrote
