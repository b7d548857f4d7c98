### What changed lately.

changes-title = Changes in the last hour
changes-empty = nothing changed in the last hour
change-rolled-out-revision = { $name } rolled out revision { $revision }
change-rolled-out = { $name } rolled out
change-scaled = { $name } scaled { $steps }
change-config = ConfigMap { $name } written by { $by }
change-node-ready = node { $node } is ready
change-node-not-ready = node { $node } is not ready
change-node-cordoned = node { $node } cordoned
change-node-uncordoned = node { $node } uncordoned
change-alert-came = { $name } fires
change-alert-left = { $name } left, cause unknown
change-alert-recovered = { $name } recovered
change-alert-data-lost = { $name } left: data lost
change-alert-rule-gone = { $name } left: its rule is gone
change-alert-silenced = { $name } silenced
change-alert-inhibited = { $name } inhibited
change-light = light { $id } { $steps }
change-hook = hook { $id } { $steps }
change-gate = gate { $id } { $steps }
change-warned = { $object }: { $reason }
