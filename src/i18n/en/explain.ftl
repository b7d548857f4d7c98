### Why a pod is sick.

explain-join = {"; "}
explain-and = {", "}
explain-seen = seen
explain-next = next
explain-unread = not read
explain-others = others
explain-also = also: { $names }
explain-waiting = more is being read
explain-not-read = { $part }: { $why }
explain-forbidden = forbidden
explain-timed-out = no answer in time
explain-unreachable = unreachable
explain-last-line = last line of { $container }: “{ $line }”
explain-last-line-before = last line of { $container } before it died: “{ $line }”
explain-fellows =
    { $sick } of { $all } pods of { $of } { $sick ->
        [one] is
       *[other] are
    } sick, { $same ->
        [0] no other
        [one] 1 other
       *[other] { $same } others
    } the same way
explain-none-sick = none of the { $all } pods of { $of } is sick

explain-cause-stuck-terminating = stuck terminating
explain-cause-terminating = being deleted
explain-cause-evicted = evicted
explain-cause-preempted = preempted
explain-cause-deadline-exceeded = past its deadline
explain-cause-node-lost = its node is lost
explain-cause-refused = refused by its node
explain-cause-scheduling-gated = held by scheduling gates
explain-cause-unschedulable = no node takes it
explain-cause-volume-not-mounted = a volume is not mounted
explain-cause-sandbox-failed = no sandbox
explain-cause-image-not-pulled = an image can't be pulled
explain-cause-container-not-created = a container can't be made
explain-cause-out-of-memory = out of memory
explain-cause-liveness-failed = killed by its liveness probe
explain-cause-startup-failed = its startup probe fails
explain-cause-crashed = a container crashed
explain-cause-ends-and-restarts = a container ends and is started again
explain-cause-init-stuck = an init container does not end
explain-cause-readiness-failed = its readiness probe fails
explain-cause-readiness-gate = a readiness gate is closed
explain-cause-completed = completed
explain-cause-starting = starting
explain-cause-well = well
explain-cause-unknown = unknown

explain-seen-state = state
explain-seen-last-state = last state
explain-seen-conditions = conditions
explain-seen-events = events
explain-seen-metrics = metrics
explain-seen-node = node
explain-seen-claims = claims
explain-seen-rollout = rollout history

explain-part-events = events
explain-part-log = log
explain-part-metrics = metrics
explain-part-node = node
explain-part-claims = claims
explain-part-rollout = rollout history

explain-next-logs-before-death = logs before death
explain-next-logs = logs
explain-next-rollout-diff = what the rollout changed
explain-next-events = events
explain-next-describe = describe
explain-next-node = its node

explain-held-by-finalizers = should have gone { $past } ago: held by finalizers { $names }
explain-past-grace = should have gone { $past } ago, past its grace of { $grace }; its node has not said that it ended
explain-ending = being deleted, { $left } of its grace left
explain-evicted-for = evicted from node { $node }, which was low on { $resource }
explain-evicted-by-api = evicted from node { $node } by the eviction API: a drain or somebody's request
explain-evicted-by-taint = evicted from node { $node } because of a taint it does not tolerate
explain-evicted-plain = evicted from node { $node }
explain-node-has-pressure = the node has { $names }
explain-preempted-by = preempted on node { $node }: a pod of higher priority took its place
explain-past-deadline = ran past its deadline of { $deadline } and was ended
explain-past-some-deadline = ran past its deadline and was ended
explain-node-not-ready = node { $node } is not ready since { $since }
explain-node-not-ready-now = node { $node } is not ready
explain-node-gone = node { $node } is gone from the cluster
explain-node-shut-down = node { $node } was shut down
explain-refused-by = node { $node } would not have it: { $reason }
explain-gated = held by scheduling gates: { $names }
explain-no-node-fits = none of { $all } nodes takes it
explain-no-nodes = there is no node to put it on
explain-not-scheduled = no scheduler has looked at it
explain-lack-of = not enough { $resource } on { $count } of { $all }
explain-tainted = taint { $taint } not tolerated on { $count } of { $all }
explain-affinity-missed = affinity or selector does not match { $count } of { $all }
explain-anti-affinity = anti-affinity rules out { $count } of { $all }
explain-spread-missed = topology spread rules out { $count } of { $all }
explain-nodes-cordoned = { $count } of { $all } cordoned
explain-ports-taken = its host ports are taken on { $count } of { $all }
explain-too-many-pods = { $count } of { $all } are full of pods
explain-volume-zone = its volume can't be reached from { $count } of { $all }
explain-other-reason = “{ $words }” on { $count } of { $all }
explain-claim-unbound = its claims are not bound: { $names }
explain-claims-unbound = a claim it mounts is not bound
explain-claim-missing = there is no claim { $name }
explain-quota-exceeded = a quota is used up: “{ $words }”
explain-mount-failed = volume { $name } can't be mounted
explain-attach-failed = volume { $name } can't be attached to the node
explain-sandbox-not-made = its sandbox can't be made
explain-network-not-ready = the node's network is not ready
explain-image-missing = image { $image } of { $container } does not exist in its registry
explain-image-denied = the registry denies image { $image } of { $container }
explain-image-rate-limited = the registry's rate limit stops image { $image } of { $container }
explain-registry-unreachable = the registry of image { $image } of { $container } can't be reached
explain-image-name-invalid = { $image } of { $container } is no name of an image
explain-image-never-pulled = image { $image } of { $container } is not on the node and may not be pulled
explain-image-failed = image { $image } of { $container } can't be pulled
explain-key-missing = container { $container } needs key { $key } of { $kind } { $name }, which is not there
explain-config-missing = container { $container } needs { $kind } { $name }, which does not exist
explain-runs-as-root = container { $container } may not run as root and its image does
explain-command-missing = the program of container { $container } can't be started
explain-create-failed = container { $container } can't be made: { $reason }
explain-hit-limit = container { $container } hit its { $limit } limit
explain-out-of-node-memory = container { $container }, which has no limit, was killed for memory
explain-died-at = killed at { $at }, exit { $code }
explain-died-using = { $used } at { $at }, exit { $code }
explain-died-code = exit { $code }
explain-memory-rises = memory rises { $rate } a minute
explain-memory-now = now { $used } of { $limit }
explain-exits = container { $container } exits with { $code }
explain-exits-reason = container { $container } exits with { $code } ({ $reason })
explain-killed = container { $container } ends by { $signal }
explain-ends-well = container { $container } ends with 0 and is started again, as its policy says
explain-lived = it lived { $span }
explain-times = { $count } restarts
explain-runs-again = runs again for { $span }
explain-probe-kills = the liveness probe of { $container } fails, so it is killed
explain-probe-fails = the { $probe } probe of { $container } fails
explain-startup-probe = the startup probe of { $container } fails
explain-not-ready-unsaid = container { $container } runs for { $span } and is not ready; no event says what its readiness probe got
explain-init-runs-long = init container { $container } runs for { $span }; nothing else starts before it ends
explain-in-init = nothing else starts before init container { $container } is done
explain-gates-open = its containers are ready, these conditions are not: { $names }
explain-the-words = “{ $words }”
explain-done = ended as it should
explain-done-at = ended as it should at { $at }
explain-starting-since = starting for { $span }
explain-pulling = pulling { $image }
explain-runs-well = all its containers run and are ready
explain-condition-unmet = condition { $condition } is False since { $since }
explain-nothing-says = unknown: phase { $phase }, and nothing that may be read says more
explain-of-rollout = of rollout { $revision }, { $ago } ago
explain-of-rollout-images = of rollout { $revision }, { $ago } ago ({ $images })
