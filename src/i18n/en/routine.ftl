# What is looked at again and again.
routine-title = Due
routine-empty = this pack has no checks
routine-missed-count = { $count ->
    [one] 1 missed
   *[other] { $count } missed
}
routine-late = { $at } { $title }, { $late } late
routine-due-now = { $at } { $title } now
routine-next = { $at } { $title }
routine-more = +{ $count }
routine-holidays-unknown = holidays of today are not written down

# How a row stands.
routine-stand-late = late { $late }
routine-stand-due = due now
routine-stand-unread = not known
routine-stand-missed = missed ×{ $times }
routine-stand-next = in { $left }
routine-stand-free = any time
outcome-passed = passed
outcome-warned = near a limit
outcome-failed = failed
outcome-unknown = unknown
outcome-skipped = left out

# What is told of the selected row.
routine-until = until { $at }
routine-nobody = nobody's
routine-asks = asks { $what }
routine-expects = expects { $what }
routine-items = { $done } of { $count } done
routine-now = now { $what }
routine-last = last { $outcome } { $at } by { $who }: { $what }
routine-never = never done here
routine-proposes = proposes { $what }

# The line a person answers on.
prompt-check-passed = { $title }, seen:{" "}
prompt-check-failed = { $title }, not well:{" "}
prompt-check-skipped = { $title }, left out because:{" "}
hint-check = check
hint-propose = proposed
hint-check-fail = not well
hint-check-skip = leave out

# Without a screen.
check-unknown = this pack has no check or list { $id }
check-judged = { $id }: --failed is for one check that asks a person
check-nothing-left = { $id }: nothing is left to do; { $outcome }
head-state = STATE
head-due = DUE
head-check = CHECK
head-part = PART
head-way = WAY
head-roles = ROLES
head-title = TITLE
head-role = ROLE
head-found = FOUND
