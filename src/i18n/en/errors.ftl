### What went wrong outside the config.

trouble-unreachable = { $source } can't be reached
trouble-timed-out = { $source }: no answer in time
trouble-unauthorized = unauthorized: { $source } does not know us
trouble-forbidden = { $source } may not be read (403)
trouble-throttled = { $source } asks us to slow down (429)
trouble-server-error = { $source }: the server failed
trouble-not-the-api = what answers is not { $source }
trouble-bad-question = { $source } refused the question
trouble-absent = the server has no { $source }
error-no-terminal = the cockpit needs a terminal on standard input and output; `quarterdeck config` and `quarterdeck demo --serve DIR` work without one
error-speed = --speed takes a number above 0
error-unknown-scenario = there is no scenario `{ $id }`
error-known-scenarios = scenarios: { $names }
error-unknown-pack = there is no pack `{ $id }`
error-nearest = {"; did you mean `"}{ $near }{"`?"}
error-pack-not-allowed = policy does not allow this pack `{ $id }`: its folder and digest are not among allowed_packs
reload-other-pack = another pack needs a restart
error-unknown-context = there is no context `{ $name }` in the kubeconfig
error-known-contexts = known contexts: { $names }
error-known-packs = there are: { $names }
mend-name-namespaces = you may not read every namespace: name those you may, quarterdeck -n NAME
error-pack-elsewhere = { $folder }: its pack.toml says id = "{ $id }", and the folder is called otherwise: call both the same
error-pack-stands-in = The pack { $id } can't be read, and the cockpit was opened without it:
