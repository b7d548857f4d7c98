### Queues.

pane-queues = Queues
queues-empty = this pack names no queues
queues-none-found = no queues found in Prometheus
oldest = oldest
rate-in = in
rate-out = out
course-empty = empty
course-draining = empty in { $left }
course-filling = bad in { $left }
course-filling-on = still growing
course-steady = steady
course-stalled = STALLED
course-unknown = trend unknown
col-queue = QUEUE
col-depth = DEPTH
col-depth-limit = BAD
col-oldest = OLDEST
col-in = IN
col-out = OUT
col-course = COURSE
