/* Blocking until a queue is readable or another thread has something to say. */
#include "tun.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int wake_create(void) {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int wake_signal(int wake_fd) {
  const uint64_t one = 1;
  /* EAGAIN: the counter is full, so the wake-up is already pending. */
  if (write(wake_fd, &one, sizeof one) < 0 && errno != EAGAIN) return -errno;
  return 0;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A signal must neither end the wait early nor make it longer. */
static int poll_until(struct pollfd *fds, nfds_t count, int timeout_ms) {
  const int64_t deadline = now_ms() + timeout_ms;
  int left = timeout_ms;
  for (;;) {
    const int ready = poll(fds, count, left);
    if (ready >= 0 || errno != EINTR) return ready < 0 ? -errno : ready;
    if (timeout_ms < 0) continue;
    const int64_t rest = deadline - now_ms();
    left = rest > 0 ? (int)rest : 0;
  }
}

int wait_readable(int fd, int wake_fd, int timeout_ms, int intake_fd) {
  /* poll() skips a negative descriptor. */
  struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                         {.fd = wake_fd, .events = POLLIN},
                         {.fd = intake_fd, .events = POLLIN}};
  const int ready = poll_until(fds, 3, timeout_ms);
  if (ready <= 0) return ready;
  if ((fds[0].revents | fds[1].revents | fds[2].revents) & POLLNVAL) return -EBADF;

  int result = WAIT_TIMEOUT;
  /* POLLERR, the device is gone: readable, so that the read tells the error. */
  if ((fds[0].revents | fds[2].revents) != 0) result |= WAIT_READABLE;
  if (fds[1].revents != 0) {
    uint64_t wakes;
    if (read(wake_fd, &wakes, sizeof wakes) < 0 && errno != EAGAIN) return -errno;
    result |= WAIT_WOKEN;
  }
  return result;
}

/* After EINTR Linux has closed the fd all the same; a second close could hit another thread's. */
int fd_close(int fd) {
  return close(fd) < 0 && errno != EINTR ? -errno : 0;
}
