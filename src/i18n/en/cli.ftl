### The command line.

demo-serving = The embedded cluster is served until ctrl-c:
headless-no-answer = { $source }: no answer yet
run-no-terminal = An action is confirmed by a person at a terminal: standard input and output are none. Without one, `quarterdeck run … --plan` gives a challenge, and `--confirm -` takes it from standard input.
run-no-challenge = Standard input holds no challenge: `quarterdeck run … --plan` gives one.
run-no-action = There is no action `{ $id }` on this desk: `quarterdeck actions list` lists them.
run-bad-param = `{ $param }` is no parameter: write NAME=VALUE.
run-too-long = No answer in time.
run-begun = run { $run }
run-goes-on = The run goes on: `quarterdeck runs --attach { $run }` follows it, `--cancel { $run }` stops it.
run-challenge = This confirms exactly that plan, once, until { $until }:
run-attended-only = { $tier } is confirmed by a person only: no challenge is given.
run-by-hand = Nothing runs from here. By hand:
run-note-it = Then write down what was done: { $command }
run-plan-action = action
run-plan-target = target
run-plan-params = with
run-plan-step = step
run-plan-change = change
run-plan-warning = note
run-plan-guard = allowed
run-plan-verify = good if
run-plan-helped = helped if
run-plan-undo = undo
run-plan-no-undo = none
run-plan-lock = lock
run-step-open = begun, its end is not known
run-step-not-done = not done
runs-none = No run is in the ledger.
runs-not-so = { $run } is { $state }: that can't be said to it.
