### Config, policy and themes: errors and `config show`.

config-level-error = error
config-level-help = help

config-did-you-mean = did you mean `{ $near }`?
config-error-count = { $n ->
    [one] 1 error
   *[other] { $n } errors
}
config-error-and-more = { $first } (and { $n } more)

config-syntax = this is not TOML
config-syntax-at = `{ $key }`: this is not TOML
config-duplicate-key = `{ $key }` is set twice
config-syntax-label = { $message }
config-unknown-key = unknown key `{ $key }`
config-unknown-key-label = keys here: { $names }
config-wrong-value = wrong value for `{ $key }`
config-expected-found = expected { $expected }; found { $found }
config-bad-header-name = `{ $key }` is not the name of a header
config-unknown-variable = unknown variable { $name }
config-conflict = `{ $key }` and `{ $other }` exclude each other
config-conflict-label = this one
config-conflict-other = and this one
config-needs = `{ $key }` means nothing without `{ $needed }`
config-needs-label = set `{ $needed }` too

config-unreadable = { $file } can't be read: { $why }
config-missing-file = there is no { $file }, which --config names
config-too-large = { $file } is larger than 1 MiB
config-not-utf8 = { $file } is not UTF-8

config-kind-text = a text that is not empty
config-kind-id = an id of lower-case letters, digits and dashes
config-kind-path = the path of a file
config-kind-flag = true or false
config-kind-whole = a whole number from { $min } to { $max }
config-kind-span = a duration from { $min } to { $max }, such as "15s"
config-kind-url = an address such as "https://host:9090/prefix"
config-kind-choice = one of { $names }
config-kind-name = the name of an object of the cluster, such as "quarterdeck"
config-kind-names = a list of names such as ["prod"]
config-kind-urls = a list of addresses such as ["https://host:9093"]
config-kind-header = a text that a header can carry
config-kind-command = the id of a command, or "none"
config-kind-table = a table
config-kind-packs = a list of pack ids, sha256:… digests or absolute folders
config-kind-actions = an action: `glancy/promote`, `generic/*` or `*`
config-kind-steps = a kind of step: `delete-pod`, `command`, `sql`
config-kind-programs = the absolute path of a program: `/usr/local/bin/releasectl`
config-kind-two-persons = a tier or an action: `T3`, `glancy/promote`
config-kind-unattended = `T0`, `T1` or `T2`: a T3 is never run without a person
config-kind-tier = `T0`, `T1`, `T2` or `T3`
config-kind-remind = a list of ways: { "{" } program = ["/usr/local/bin/page"] { "}" } or { "{" } webhook = "https://…", token_file = "/etc/…" { "}" }, each with `kinds` where it is not for all
config-kind-floors = tiers by action: { "{" } "generic/*" = "T2" { "}" }

config-found-string = the text { $value }
config-found-integer = the number { $value }
config-found-float = the number { $value }
config-found-boolean = { $value }
config-found-datetime = the date { $value }
config-found-array = a list
config-found-table = a table
config-found-url = { $value }: { $why }
config-kind-absolute = an absolute path
config-kind-ledger = an address such as "postgres://user@host:5432/database"
config-ledger-scheme = it has to begin with postgres://
config-ledger-password = it carries a password; use passfile
config-ledger-database = it names no database
config-ledger-option = after ? there may be sslmode=verify-full, sslmode=disable or host=/FOLDER
config-url-scheme = it has to begin with http:// or https://
config-url-host = it names no host
config-url-port = the port is not a number from 1 to 65535
config-url-user = it carries a user or password; use username and password_file
config-url-query = it carries a query or a fragment
config-url-character = it holds a character that has no place in an address

config-key-context = there is no context `{ $context }` for keys
config-key-sequence = `{ $key }`: { $at } is not a key
config-key-sequence-help = keys are written like "x", "X", "ctrl-x", "g g", "enter", "pagedown", "f5"
config-key-command = `{ $key }`: there is no command `{ $command }`
config-key-types-itself = `{ $key }`: where text is typed this key types itself
config-key-twice = `{ $key }` and `{ $other }` are the same keys; the other means { $command }
config-key-prefix = `{ $key }` and `{ $other }` ({ $command }) can't both be typed: one begins with the other
config-key-prefix-help = bind `{ $other }` to "none" or choose another key

config-policy-owner = { $file } belongs to user { $uid }; a policy has to belong to root
config-policy-mode = { $file } can be written by others (mode { $mode })
config-policy-unknown-key = policy says `{ $key }`, which this version can't keep
config-run-this = run: { $command }
config-refused = { $key } = { $value } ({ $place }) is refused by { $policy }

config-theme-unknown-role = unknown role `{ $name }`
config-theme-unknown-colour = unknown colour `{ $name }`
config-theme-colour-label = neither "#rrggbb" nor a name out of [palette]
config-theme-unknown-parent = there is no theme `{ $name }` to inherit from
config-theme-cycle = themes inherit from each other in a circle: { $circle }
config-theme-missing = there is no theme `{ $name }`
config-theme-no-ground = theme `{ $name }` does not say what background it is made for
config-kind-theme-style = a colour, or a table of fg, bg, bold, dim, italic, underline, reversed, crossed
config-kind-theme-colour = "#rrggbb", or a table with rgb and ansi
config-kind-ansi = a number from 0 to 15

config-show-default = default
config-show-not-set = not set
config-show-policy = policy { $file }
config-show-no-policy = no policy file: the user is the policy
config-show-auto = auto: { $value }
config-show-hidden = hidden
config-path-found = found
config-path-absent = absent
config-check-ok = the config is valid
config-demo-elsewhere = `{ $key }` of a demo must be on this machine
config-kind-service = a service such as "monitoring/prometheus-operated:9090"
config-kind-services = a list of services such as ["monitoring/alertmanager-operated:9093"]
config-service-namespace = it names no namespace before a slash
config-service-name = it names no service
config-service-port = it names no port behind a colon
config-service-prefix = its path holds a character that has no place there
config-unknown-desk = there is no desk { $name }: no table [desks.{ $name }] in the configuration
config-kind-choices = a list of any of { $names }
config-found-hidden = something else, which is not shown
