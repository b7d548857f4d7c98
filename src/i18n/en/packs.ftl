pack-list-loads = loads
pack-list-broken = { $count ->
    [one] one error
   *[other] { $count } errors
}
pack-list-embedded = comes with the program
pack-show-severities = severities
pack-show-shifts = shifts
pack-show-roles = roles
pack-show-contacts = contacts
pack-show-probes = probes
pack-show-gauges = gauges
pack-show-slos = SLOs
pack-show-queues = queues
pack-show-hooks = hooks
pack-show-lights = lights
pack-show-alerts = alerts
pack-show-actions = actions
pack-show-checks = checks
pack-lint-clean = It loads, and nothing is wrong with it.
pack-new-id = { $id } is not the id of a pack: lower case letters, digits and -
pack-new-there = { $folder } is there already: nothing was written
pack-new-written = Written to { $folder }. Look at it with: quarterdeck pack lint { $folder }
pack-lint-accepted = accepted: { $why }
pack-lint-found = { $count ->
    [one] one mistake
   *[other] { $count } mistakes
}
pack-test-none = The pack has no { $file }: there is nothing to run
pack-test-fault = ✖ { $case } { $of }: expected { $expected }, found { $found }
pack-test-lack = – { $of }: no case expects { $wants }
pack-test-sum = cases: { $cases } · expectations: { $expectations } · otherwise than expected: { $faults } · without a case: { $lacks }
pack-import-left = – { $what }: { $why }
pack-import-sum = alerts: { $alerts } · gauges: { $gauges } · SLOs: { $slos } · not carried: { $left }
pack-diff-same = Nothing differs.
pack-diff-none = no pack { $id } comes with the program: name another to hold it against
pack-schema-written = Written to { $folder }. First line of { $kind }.toml, for an editor: #:schema { $folder }/{ $kind }.schema.json
pack-lint-offline = No server was asked: whether it takes the queries and has their metrics is not known (--server URL).
pack-lint-unasked = The server gave no answer: whether it takes the queries and has their metrics is not known.
pack-lint-asked = Asked of the server: { $count } queries, against { $metrics } metrics.
pack-lint-asked-no-names = Asked of the server: { $count } queries. It names no metrics, so whether they are there is not known.
pack-lint-server-failed = { $server }: { $why }
pack-lint-server-none = The configuration names no Prometheus: say --server URL
