/* Requests to the kernel's traffic control by rtnetlink(7), just enough for a filter on the way in from a
 * device and one on the way to it. Nothing keeps state or a descriptor open; a failure is a negative errno. */
#ifndef MAPD_TRAFFIC_CONTROL_H
#define MAPD_TRAFFIC_CONTROL_H

#include <stdbool.h>

/* Makes the clsact qdisc, the place for filters. *made is false where the device has it, or an ingress qdisc. */
int clsact_make(int ifindex, bool *made);

/* Takes the qdisc away if no filter is left in it. */
int clsact_remove(int ifindex);

/* Puts the BPF program on the way from or to the device, for IPv6 packets, in the place of one that an earlier call left. */
int filter_add(int ifindex, bool to_device, int program_fd);
int filter_remove(int ifindex, bool to_device);
/* Returns 0 where it is there, else a negative errno. */
int filter_find(int ifindex, bool to_device);

#endif
