"""The demonstration: invented testimonies, taken in through the same services as real ones would be.

`run`       settings, folders, and serving        `examples`  finds and reads examples/
`making`    the whole way, in order               `people`    the accounts
`arriving`  testimonies, recordings, consent      `reading`   names, transcripts, contents, masks
`working`   the worker, with a bar                `paper`     demo.json and the invented consent form
"""
