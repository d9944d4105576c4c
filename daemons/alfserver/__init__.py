"""The alfserver's process: runs commands for the dispatchers of a site. Its rules are `runtime.alfserver`.

dispatcher ==TCP 1501==> server --> runtime.alfserver --> carrier --> launcher --> commands
                           ^                                              |
                           `--- printing <-- files of output (store) <----'
"""
