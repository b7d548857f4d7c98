### The logs.

logs-title = Logs { $of }
logs-pods = { $count ->
    [one] { $count } pod
   *[other] { $count } pods
}
logs-lines = { $count ->
    [one] { $count } line
   *[other] { $count } lines
}
logs-lines-of = { $all ->
    [one] { $shown } of { $all } line
   *[other] { $shown } of { $all } lines
}
logs-opening = { $count ->
    [one] reading the logs of the pod
   *[other] reading the logs of { $count } pods
}
logs-reading = reading
logs-empty = nothing was written
logs-empty-since = nothing was written in the last { $span }
logs-no-previous = no container ended before the running one
logs-following = following
logs-stopped = stopped
logs-stopped-below = stopped, { $count } below
logs-none-readable = none can be read
logs-broken = not connected, trying again
logs-previous = before the last start
logs-not-kept = { $count } lines not kept
logs-dropped = { $count } older dropped
logs-pods-not-read = { $count ->
    [one] { $count } pod not read whole: too many containers
   *[other] { $count } pods not read whole: too many containers
}
logs-containers-not-read = { $count ->
    [one] { $count } container without log
   *[other] { $count } containers without log
}
logs-containers-waiting = { $count ->
    [one] { $count } container not running
   *[other] { $count } containers not running
}
logs-search = search { $text }
logs-troubles-only = warnings and errors
logs-hidden = { $count } hidden
logs-wrapped = wrapped
logs-shifted = from column { $cells }
logs-json-pretty = JSON in rows
logs-json-raw = JSON as written
logs-since = last { $span }
logs-since-all = from the beginning
logs-tail = at most { $count } lines each
logs-range = { $since }, { $tail }
logs-range-title = How far back
logs-containers-title = Containers and pods
logs-kind-init = init
logs-kind-sidecar = sidecar
logs-kind-ephemeral = ephemeral
logs-state-opening = opening
logs-state-live = live
logs-state-waiting = not running
logs-state-broken = broken
logs-state-refused = not readable
logs-state-ended = ended
logs-state-gone = gone
logs-note-joined = joined
logs-note-not-kept = { $count } lines not kept: they came faster than they could be read
logs-note-refused = its log can't be read: { $why }
logs-note-waiting = not started: { $why }
logs-note-waiting-plain = not started
logs-note-broken = the stream broke: { $why }
logs-note-back = the stream goes on
logs-note-ended = container ended: { $reason }, exit { $code }
logs-note-restarted = container started again
logs-note-gone = the pod is gone
prompt-logs-search = search: 
prompt-logs-time = go to (14:32, -5m, RFC 3339): 
prompt-logs-export = write to: 
hint-logs = logs
hint-logs-follow = follow
hint-logs-stop = stop
hint-logs-range = since
hint-logs-previous = previous
hint-logs-current = current
hint-logs-containers = containers
hint-logs-search = search
hint-logs-hits = next hit
hint-logs-troubles = errors
hint-logs-all = all levels
hint-logs-time = time
hint-logs-wrap = wrap
hint-logs-expand = whole line
hint-logs-json = JSON
hint-logs-export = export
hint-logs-language = text  /regex/  !not
notice-exported = { $lines } lines written to { $path }
notice-export-failed = { $path } not written: { $why }
