# Hooks, lights and gates.
guards-title = Hooks, lights and gates
guards-weight = { $weight } %
guards-held = { $held } of { $all } hold
guards-reasons = { $count ->
    [0] all is as it should be
    [one] { $count } reason
   *[other] { $count } reasons
}
guards-row-of = { $count } good { $count ->
    [one] window
   *[other] windows
} in a row
guards-row-at-least = { $count } good windows in a row, or more
guards-row-gap = { $count } good { $count ->
    [one] window
   *[other] windows
} in a row since one of which nothing is known
guards-row-unknown = good windows in a row: unknown
guards-beside = { $light }, decides nothing
guards-wants-green = { $light }, must be green
guards-tick-open = nobody has said it
guards-tick-stale = { $who }, { $age } ago, too old to count: { $evidence }
guards-tick-holds = { $who }, { $age } ago: { $evidence }
guards-tick-fails = does not hold. { $who }, { $age } ago: { $evidence }
guards-tick-lasts = counts for { $time }
guards-on-fail = where it does not hold: { $say }
guards-on-warn = while it is yellow: { $say }
guards-on-red = while it is red: { $say }
guards-demands = must be so: { $says }
guards-running = goes on, to { $clock }
guards-window-to = last whole window: to { $clock }, { $length } long
guards-no-window = no window was read
guards-makes = { $light }: { $says }
guards-query = { $name }{"  "}{ $value }
guards-windows = Windows, the newest first
guards-observes = What it observes
guards-conditions = What makes it
guards-light-red = Red where one of these holds
guards-light-warn = Yellow where one of these holds
guards-light-green = Green where all of these hold
guards-part-holds = holds: { $read }
guards-part-fails = does not hold: { $read }
guards-part-unknown = not known: { $read }
guards-light-now = { $name } is { $light }
guards-gone = it is not in the pack any more
prompt-tick-holds = { $gate }, { $tick }: holds, as seen where?{" "}
prompt-tick-fails = { $gate }, { $tick }: does not hold, as seen where?{" "}
hint-tick = holds
hint-tick-fails = does not hold
guards-no-gate = this pack has no gate { $name }
guards-no-hook = this pack has no hook { $name }
guards-no-light = this pack has no light { $name }
guards-no-tick = the gate has no tick { $name }
