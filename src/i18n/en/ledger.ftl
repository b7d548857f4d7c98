### Actions as they are told: refusals, facts, warnings, ends, and the ledger that keeps them.

action-join = {"; "}
action-colon = {": "}
value-absent = (not set)

refusal-read-only = read-only: nothing may be changed from here
refusal-guard = not now: { $why }
refusal-guard-unknown = can't tell whether it may be done now: { $why }
refusal-needs = { $action } must have been done within { $within } before
refusal-forbidden = you may not { $verb } { $resource }{ $place }{ $why }
refusal-in-namespace = {" "}in { $name }
refusal-policy = policy forbids it: { $rule }
refusal-unfilled = { $param } is not filled in
refusal-bad-value = { $param } can't be { $value }: { $why }
refusal-not-found = { $target } is not there
refusal-drifted = it changed meanwhile: { $drift }
refusal-busy = { $who } is acting on it now
refusal-busy-run = { $who } is acting on it now, run { $run }
refusal-unsettled = the end of run { $run } on it is unknown: look at it and acknowledge it first
refusal-unreadable = { $what } can't be read: { $why }
refusal-dry-run = the server would not take it: { $why }
refusal-owned = { $by } { $name } owns it and would take it back at once
refusal-no-ledger = it can't be recorded, so it is not done: { $why }
refusal-no-lock = no lock can be taken: { $why }
refusal-declined = answered with no
refusal-timed-out = not answered in time
refusal-persons = a second person must agree: { $why }
refusal-not-simulated = not here: the scenario has no { $what }
refusal-pack-changed = the pack changed since it was planned
refusal-identity = not who or where it was planned as: { $why }
refusal-unattended = not without a person: { $why }

fact-uid = uid
fact-generation = generation
fact-field = { $path }
fact-guard = the guard
fact-pack = the digest of the pack
fact-cluster = the cluster
fact-principal = the user
fact-by = {" "}({ $by })
fact-is = { $of }: { $name } is { $value }{ $by }
fact-drifted = { $of }: { $name } was { $was }, now { $now }{ $by }
fact-gone = { $of }: { $name } was { $was }, now it can't be read

warning-server = the server warns: { $text }
warning-over-budget = budget { $budget } lets only { $allowed } go
warning-over-quota = quota { $quota } for { $resource } would be exceeded
warning-not-seen = { $what } can't be told: { $why }

owner-hpa = HPA
owner-argo-cd = Argo CD
owner-flux = Flux
owner-helm = Helm
owner-manager = field manager
owner-reverts = { $kind } { $name } will take it back
owner-writes = { $kind } { $name } writes it too

allowed-yes = allowed
allowed-no = not allowed{ $why }
allowed-unknown = not known whether it is allowed{ $why }

verdict-verified = verified
verdict-not-helped = done, not helped
verdict-unverified = unverified
verdict-failed = failed
verdict-unknown = end unknown
verdict-aborted = aborted

run-intended = recorded
run-running = step { $step }
run-verifying = verifying

why-step = step { $step }{ $why }
why-drift = a fact changed: { $drift }
why-refused = refused: { $refusal }
why-not-in-time = not in time: { $condition }
why-not-in-time-last = not in time: { $condition }, at last { $last }
why-not-helped = did not become so: { $condition }
why-cancelled = cancelled by a person
why-runner-gone = the runner died
why-runner-gone-sent = ; step { $step } was begun and nobody knows how it ended
why-runner-gone-nothing-sent = ; nothing was under way
why-runner-gone-found = ; found afterwards: { $drift }
why-lock-lost = the lock was lost to { $who }

step-restart = restart
step-scale = scale
step-rollback = roll back
step-set-env = set a variable of
step-patch = patch
step-delete-pod = delete
step-evict = evict
step-cordon = cordon
step-uncordon = uncordon
step-run-cronjob = run now
step-exec = run a program in
step-command = run a program
step-sql = run SQL
step-redis = run a Redis command
step-http = send a request
step-systemd = tell systemd
step-compose = tell compose
step-silence = silence
step-expire-silence = end a silence
step-ask = ask a person
step-wait = wait
step-end-done = done
step-end-failed = failed{ $why }
step-end-unknown = end unknown{ $why }
step-end-cancelled = cancelled, nothing of it done
step-end-cancelled-after = cancelled; done before: { $done }

counted-pods = { $number } pods
counted-rows = { $number } rows
counted-files = { $number } files
counted-connections = { $number } connections
counted-bytes = { $number } bytes

entry-refused = refused
entry-intent = intent
entry-taken = taken
entry-step-started = step started
entry-output = output
entry-step-ended = step ended
entry-verifying = verifying
entry-cancel-asked = cancel asked
entry-outcome = outcome
entry-acknowledged = acknowledged
entry-evidence = evidence
entry-note = note
entry-approval = approval
entry-challenge = challenge
entry-challenge-used = challenge used

# Why a parameter can't have a value.
fault-empty = nothing is there
fault-not-whole = it is no whole number
fault-not-number = it is no number
fault-not-bool = it is neither true nor false
fault-not-span = a span of time is written 30m
fault-not-time = a time is written 2026-11-21T14:30:00+08:00
fault-not-address = it is no IP address
fault-not-git-ref = it is no name git takes
fault-not-path = it is no absolute path
fault-not-plain = it has control characters in it, or is too long
fault-not-name = it is no name the API server takes
fault-too-small = at least { $least }
fault-too-large = at most { $most }
fault-not-one-of = one of { $known }
fault-no-match = it does not match { $pattern }
fault-off-ladder = only { $ladder }
fault-skips-rung = one rung at a time: from { $now } to { $next }
fault-now-unknown = what is in force now is not known, so no rung can be told from another
fault-already = it is so already
fault-mine = it would shut out whoever acts
fault-outside = it lies outside { $below }
fault-other-kind = only { $known }
