/* A packet socket on a TUN device, which gets whole what the classifier hand_over turns around. */
#ifndef MAPD_INTAKE_H
#define MAPD_INTAKE_H

#include "tun.h"

/* Opens `count` of them, non-blocking, which share the device's packets, flow by flow. All or none: false with *error set. */
bool intake_open(const char *name, size_t count, int *fds, struct tun_error *error);

/* As batch_read(), into the slots from `first` up to batch->count; there is always a virtio header. Returns how many
 * packets were read, or -errno when the first read failed. */
int intake_read(int fd, const struct batch *batch, size_t first, size_t slot_len, size_t headroom,
                uint32_t *lengths);

/* Returns how many packets found no room since this was last asked, or -errno. */
int intake_drops(int fd);

#endif
