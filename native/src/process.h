/* What the daemon's process tells its service manager, and what it gives up. Nothing here knows JavaScript;
 * a failure is a negative errno. */
#ifndef MAPD_PROCESS_H
#define MAPD_PROCESS_H

#include <stddef.h>
#include <stdint.h>

/* Sends one datagram to a service manager, sd_notify(3). `address` is a path, or a name in the abstract
 * namespace after an `@`. A manager that takes nothing holds the caller up for a second at most. */
int notify_send(const char *address, const char *text, size_t len);

/* No core file, and memory that no other process of the same user may read. */
int dumps_forbid(void);

/* Leaves every thread of the process no capability but those of `keep` (bit 1 << CAP_...) that it has, for
 * its children, too, and none to gain by executing a program. To be called by one thread at a time. */
int privileges_limit(uint64_t keep);

#endif
