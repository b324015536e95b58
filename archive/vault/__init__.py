"""Keys, seals and stored objects.

`keys`, `key_stores`, `sqlite_keys`, `key_file`, `key_rows`   the key store
`roots`, `recovery`                                           the root secret and its modes, the recovery copy
`seal`, `sealed_file`                                         the object format and its readers
`store`, `local`, `local_names`                               where objects lie
`vault`, `columns`                                            objects and fields of owners
"""
