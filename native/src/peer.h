/* Who is at the other end of a Unix socket: unix(7), SO_PEERCRED and SO_PEERGROUPS. */
#ifndef MAPD_PEER_H
#define MAPD_PEER_H

#include <stddef.h>
#include <sys/types.h>

struct peer {
  pid_t pid;
  uid_t uid;
  gid_t gid;
  gid_t *groups; /* the supplementary ones; the caller frees them */
  size_t group_count;
};

/* As the kernel noted it when the connection was made. Returns 0 or -errno. */
int peer_read(int fd, struct peer *peer);

/* The number of a group by its name, or -errno; -ENOENT where there is none. */
int64_t group_find(const char *name);

#endif
