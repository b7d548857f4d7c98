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
change-alert-left = { $name } left
change-light = light { $id } { $steps }
change-hook = hook { $id } { $steps }
change-warned = { $object }: { $reason }
