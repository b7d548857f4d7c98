### Going through a recorded shift, and recording it.

walk-title = Walkthrough
walk-past = THE PAST
walk-opening = opening the record
walk-plays = plays
walk-stands = stands
walk-recorded = as recorded at { $clock }
walk-gap = not recorded · last seen at { $clock }
walk-left-out = { $count } more sick pods, not recorded
walk-torn = the end of the file is torn
walk-no-mark = nothing happened yet
walk-ran = { $title } · { $target } · { $who } · { $verdict }
walk-went-on = went on
walk-noted = { $who }: { $text }
walk-remarked = { $who } on { $about }: { $text }
walk-acknowledged = { $who } acknowledged { $about } { $text }
walk-released = { $who } let go of { $about }
walk-assigned = { $who } gave { $about } to { $text }
walk-escalated = { $who } called { $text } about { $about }

walk-none-yet = No shift of this desk was recorded yet.
walk-no-record = This file is no record of a shift.
walk-version = This record has format { $found }; this program reads format { $known }. Take the version of Quarterdeck that wrote it.
walk-empty = Nothing in this record can be read.
walk-unreadable = The record can't be read: { $why }

recording-idle = Nothing is recorded here: records.on is off, or nothing was seen yet.
recording-elsewhere = Another process of yours records this desk.
recording-here = What the panes show is recorded now.
recording-stopped = Recording stopped: { $why }
notice-recording-stopped = recording stopped: { $why }

hint-walk-play = play
hint-walk-stop = stop
hint-walk-next = next mark
hint-walk-previous = previous
hint-walk-faster = faster
hint-walk-on = +5 s
hint-walk-minute = +1 min
hint-walk-alert = alert
hint-walk-light = light
hint-walk-action = action
hint-walk-older = older shift

key-context-walk = in a recorded shift

command-walkthrough = Walk through a recorded shift
command-walk-play = Play, or stand still
command-walk-faster = Play faster
command-walk-slower = Play slower
command-walk-on = Five seconds on
command-walk-back = Five seconds back
command-walk-minute-on = A minute on
command-walk-minute-back = A minute back
command-walk-next = Next mark
command-walk-previous = Previous mark
command-walk-next-alert = Next alert that came or left
command-walk-previous-alert = Previous alert
command-walk-next-light = Next change of a light or hook
command-walk-previous-light = Previous change of a light or hook
command-walk-next-action = Next action
command-walk-previous-action = Previous action
command-walk-start = To the beginning of the record
command-walk-end = To the end of the record
command-walk-older = The shift before
command-walk-newer = The shift after

why-not-the-past = this is the past
why-not-no-record = there is no record
why-not-no-other-record = no other shift was recorded there
why-not-no-mark = there is none that way
why-not-only-the-record = nothing else is open; leave with the key for that

cli-watch-here = recording { $desk } in { $path }
cli-watch-elsewhere = another process records { $desk }; this one waits
cli-watch-stopped = recording stopped: { $why }
cli-watch-no-folder = there is no folder for state: HOME is not set
cli-walk-span = recorded { $from } – { $to }
cli-walk-gap = gap      { $from } – { $to }
cli-walk-torn = the last { $bytes } bytes can't be read
cli-walk-bad-time = `{ $text }` is no time of this record: write 14:31, 14:31:40 or 2026-11-21T14:31:40+08:00
<<<<<<< HEAD
=======

remind-check-due = check due since { $at }: { $title } ({ $subject })
remind-check-missed = check missed, was due at { $at }: { $title } ({ $subject })
remind-check-failed = check failed, due at { $at }: { $title } ({ $subject })
remind-handover-due = handover of { $title } due since { $at }
remind-incident-due = { $subject } { $title }: { $detail } was due at { $at }
remind-switch-overdue = temporary change overdue since { $at }: { $title } ({ $subject })
remind-switch-remind = after { $subject } of { $at }: { $title }
remind-switch-changed = temporary change of { $at } changed by others: { $title }, { $detail } ({ $subject })
remind-silence-ending = silence ends at { $at }: { $title } ({ $subject })
remind-respond-soon = nobody has seen { $title }: response due at { $at }
cli-watch-leads = doing the duties of { $desk }: checks and reminders
cli-watch-follows = { $who } does the duties of { $desk }; this one waits
cli-watch-leaderless = nobody does the duties of { $desk }: { $why }
cli-watch-checked = { $check } for { $at }: { $outcome }
cli-watch-reminded = reminder: { $text }
cli-watch-told = told { $way }
cli-watch-not-told = { $way } was not told: { $why }
cli-watch-not-done = { $what }: { $why }
>>>>>>> duty
walk-passed = { $who } checked { $about }: passed { $text }
walk-warned = { $who } checked { $about }: near its limit { $text }
walk-failed = { $who } checked { $about }: failed { $text }
walk-not-told = { $who } checked { $about }: not known { $text }
walk-skipped = { $who } skipped the check { $about }: { $text }
walk-declared = { $who } declared { $about }: { $text }
walk-updated = { $who } sent an update of { $about }: { $text }
walk-led = { $who } on { $about }: { $text }
walk-closed = { $who } closed { $about }: { $text }
walk-reopened = { $who } reopened { $about }: { $text }
walk-began = { $who } began the flow { $about }
walk-settled = { $who } in { $about }: { $text }
walk-left-out-step = { $who } left out in { $about }: { $text }
walk-left = { $who } left the flow { $about }: { $text }
walk-resumed = { $who } follows { $about } on
walk-ended = { $who } ended the flow { $about }: { $text }
walk-handed-over = { $who } handed over { $about } { $text }
walk-lifted = { $who } lifted what { $about } freezes: { $text }
walk-took-over = { $who } took over { $about } { $text }
command-walk-next-note = Next thing that was written down
command-walk-previous-note = Previous thing that was written down
hint-walk-note = written
<<<<<<< HEAD

remind-check-due = check due since { $at }: { $title } ({ $subject })
remind-handover-due = handover due since { $at }: { $title }
remind-check-missed = check missed, was due at { $at }: { $title } ({ $subject })
remind-check-failed = check failed, due at { $at }: { $title } ({ $subject })
remind-incident-due = { $subject } { $title }: { $detail } was due at { $at }
remind-switch-overdue = temporary change overdue since { $at }: { $title } ({ $subject })
remind-switch-remind = after { $subject } of { $at }: { $title }
remind-switch-changed = temporary change of { $at } changed by others: { $title }, { $detail } ({ $subject })
remind-silence-ending = silence ends at { $at }: { $title } ({ $subject })
remind-respond-soon = nobody has seen { $title }: response due at { $at }
cli-watch-leads = doing the duties of { $desk }: checks and reminders
cli-watch-follows = { $who } does the duties of { $desk }; this one waits
cli-watch-leaderless = nobody does the duties of { $desk }: { $why }
cli-watch-checked = { $check } for { $at }: { $outcome }
cli-watch-reminded = reminder: { $text }
cli-watch-told = told { $way }
cli-watch-not-told = { $way } was not told: { $why }
cli-watch-not-done = { $what }: { $why }
=======
>>>>>>> duty
