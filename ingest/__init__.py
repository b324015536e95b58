"""Media files in, frozen values out: intake, probe, derive, redact, transcribe, captions.

`values` and `errors` are what crosses the border. A recording comes in through `intake` (what its bytes
say) and `probe` (what it claims, what is really there); `jail` runs every media program; `derive` makes
what people hear and see, `redact` the same with spans gone, `images` small pictures; `captions` reads and
writes caption files; `transcribe` is what a speech engine promises, `pipeline` how a recording goes
through one.
"""
