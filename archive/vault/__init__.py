"""Keys, seals and stored objects: `keys` and `sqlite_keys` (the key store), `roots` (the root secret and its modes),
`recovery` (the copy on another shelf), `seal` (the object format), `store` and `local` (where objects lie),
`vault` (objects of owners), `columns` (sealed fields), `errors`."""
