### The header line.

desk-generic = generic
demo-mark = DEMO
read-only = READ-ONLY
namespaces-all = all
namespaces-more = { $names } +{ $more }
links-none = no sources
links-live = LIVE
links-partial = PARTIAL
links-connecting = connecting { $count } of { $all }
links-failing = { $count } of { $all } sources failing
links-failing-short = { $count }/{ $all } failing
links-stale = STALE { $age }
strip-empty = no hooks or lights on this desk
strip-as-of = as of { $clock }
strip-hooks-ok = { $count } ok
due = Due
due-unread = the ledger can't be read: what was done and what stands is not known
due-empty = nothing due
mismatch-cluster-mark = OTHER CLUSTER
mismatch-user-mark = OTHER USER
desk-pack-unread = { $pack } can't be read: generic
