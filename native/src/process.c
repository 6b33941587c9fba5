/* Messages for the service manager, and no memory for others to read. */
#include "process.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static bool fill_address(const char *text, struct sockaddr_un *address, socklen_t *len) {
  const size_t text_len = strlen(text);
  if (text_len < 2 || text_len >= sizeof address->sun_path) return false;
  if (text[0] != '/' && text[0] != '@') return false;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, text, text_len);
  /* An abstract name begins with a zero byte, and ends with its last one. */
  if (text[0] == '@') address->sun_path[0] = 0;
  *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + text_len);
  return true;
}

int notify_send(const char *address, const char *text, size_t len) {
  struct sockaddr_un to;
  socklen_t to_len;
  if (!fill_address(address, &to, &to_len)) return -EINVAL;
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  const struct timeval patience = {.tv_sec = 1};
  int result = 0;
  if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 ||
      sendto(fd, text, len, MSG_NOSIGNAL, (struct sockaddr *)&to, to_len) < 0)
    result = -errno;
  close(fd);
  return result;
}

int dumps_forbid(void) {
  /* A core_pattern that is a pipe ignores the limit, but not this. */
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return -errno;
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) < 0) return -errno;
  if (limit.rlim_cur == 0 && limit.rlim_max == 0) return 0;
  limit.rlim_cur = 0;
  limit.rlim_max = 0;
  return setrlimit(RLIMIT_CORE, &limit) < 0 ? -errno : 0;
}
