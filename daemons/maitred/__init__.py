"""The maitre-d's process around its core (`runtime.maitred`): links, the schedule, pings, metrics, the log, the disk.

process     alfred -maitre_d: from the first check to the last line of the log
service     links and orders: the core's messages in and out
counter     who may ask what: nimbys, wranglers, everybody
world       what the core is told of the world: the schedule, addresses, metrics
assigners   the site's own assigner, and the clock that it runs under
kept        what is on disk over a restart: the term, slots that are offline
"""
