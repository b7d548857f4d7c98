### The command line.

demo-serving = The embedded cluster is served until ctrl-c:
headless-no-answer = { $source }: no answer yet
actions-unknown = there is no action { $id } here: `quarterdeck actions list` has them all
actions-col-tier = TIER
actions-col-id = ACTION
actions-col-title = WHAT
actions-col-target = TARGET
actions-col-reason = WHY NOT
actions-about = about
actions-target = target
actions-now = can be done now
actions-not-now = not now
actions-when = only when
actions-because = because
actions-persons = persons
actions-param = parameter
actions-step = step
actions-verify = done when
actions-helped = helped when
actions-remind = reminder
actions-undo = undo
actions-undo-before = back to what there was before
actions-undo-stated = as the pack states it
actions-undo-none = none
actions-undo-blind = nothing is read before, so it can't be told whether the world is still as the action left it
