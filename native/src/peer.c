/* Credentials of a connection's other end, and groups by name. */
#include "peer.h"

#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Room for the members of a large group, bytes. */
#define GROUP_ROOM_MAX (1 << 20)

/* The kernel says how many there are where there is no room for them. */
static int read_groups(int fd, struct peer *peer) {
  socklen_t len = 0;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &len) == 0) return 0;
  if (errno != ERANGE) return -errno;
  peer->groups = malloc(len);
  if (peer->groups == NULL) return -ENOMEM;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, peer->groups, &len) < 0) {
    const int error = errno;
    free(peer->groups);
    peer->groups = NULL;
    return -error;
  }
  peer->group_count = len / sizeof peer->groups[0];
  return 0;
}

int peer_read(int fd, struct peer *peer) {
  struct ucred credentials;
  socklen_t len = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0) return -errno;
  /* A socket of another kind has no peer, and says so by these values. */
  if (credentials.pid <= 0 && credentials.uid == (uid_t)-1) return -ENOTCONN;
  *peer = (struct peer){.pid = credentials.pid, .uid = credentials.uid, .gid = credentials.gid};
  return read_groups(fd, peer);
}

int64_t group_find(const char *name) {
  for (size_t room = 1024; room <= GROUP_ROOM_MAX; room *= 4) {
    char *text = malloc(room);
    if (text == NULL) return -ENOMEM;
    struct group group, *found = NULL;
    const int error = getgrnam_r(name, &group, text, room, &found);
    const int64_t id = found == NULL ? -ENOENT : (int64_t)group.gr_gid;
    free(text);
    if (error != ERANGE) return error != 0 ? -error : id;
  }
  return -ERANGE;
}
