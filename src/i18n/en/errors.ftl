### What went wrong outside the config.

error-no-terminal = the cockpit needs a terminal on standard input and output; `quarterdeck config` and `quarterdeck demo --serve DIR` work without one
error-speed = --speed takes a number above 0
error-unknown-pack = there is no pack `{ $id }`
error-nearest = {"; did you mean `"}{ $near }{"`?"}
error-pack-not-allowed = policy does not allow this pack `{ $id }`: its folder and digest are not among allowed_packs
