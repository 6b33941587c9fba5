/* Giving privileges up in every thread: capabilities(7), prctl(2).
 *
 * Capabilities and no_new_privs belong to threads, and Node has threads that run no code of ours. Each thread is
 * therefore interrupted once, and gives up its own. One thread of Node blocks every signal that can be blocked; the
 * C library keeps one that cannot, by which its setuid() reaches all threads, and that one is borrowed here. */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* SIGSETXID of glibc; musl leaves it free from blocking as well. */
#define BORROWED_SIGNAL 33

/* All threads together are given this long: a thread that the kernel holds in a system call answers late. */
#define PATIENCE_MS 2000

/* The kernel's own struct of x86-64 and arm64. sigaction() refuses the signals that the C library keeps. */
struct kernel_action {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

/* What the handler is to leave; a handler gets no argument. Written before the first thread is interrupted. */
static uint64_t kept;

static uint64_t permitted_now(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capget, &header, data) < 0) return 0;
  return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

static void set_all_sets(uint64_t bits) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  for (int half = 0; half < 2; half++) {
    const uint32_t part = (uint32_t)(bits >> (32 * half));
    data[half] = (struct __user_cap_data_struct){part, part, part};
  }
  syscall(SYS_capset, &header, data);
}

/* For the calling thread. Only system calls: this runs in a signal handler. Whether it worked is read afterwards. */
static void give_up(void) {
  const uint64_t rest = permitted_now() & kept;
  /* The bounding set first, while CAP_SETPCAP is there; without it no_new_privs does as much. */
  for (unsigned long bit = 0; prctl(PR_CAPBSET_READ, bit, 0, 0, 0) >= 0; bit++)
    if ((rest >> bit & 1) == 0) prctl(PR_CAPBSET_DROP, bit, 0, 0, 0);
  set_all_sets(rest);
  /* What is ambient goes on to ip(8), also where mapd is not root. */
  for (unsigned long bit = 0; bit < 64; bit++)
    if ((rest >> bit & 1) != 0) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void on_signal(int number) {
  (void)number;
  const int saved = errno;
  give_up();
  errno = saved;
}

/* Reads the next line up to its end, also one of a thousand groups; keeps as much of it as there is room for. */
static bool next_line(FILE *file, char *line, size_t room) {
  size_t len = 0;
  int character;
  while ((character = getc(file)) != EOF && character != '\n')
    if (len + 1 < room) line[len++] = (char)character;
  line[len] = 0;
  return character == '\n';
}

/* How many of these lines a status has. */
#define STATUS_LINES 5

/* 1: the line leaves nothing to give up; 0: something; -1: it is about something else. */
static int line_has_given_up(const char *line) {
  static const char *const sets[] = {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"};
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
    const size_t len = strlen(sets[i]);
    if (strncmp(line, sets[i], len) == 0) return (strtoull(line + len, NULL, 16) & ~kept) == 0;
  }
  static const char key[] = "NoNewPrivs:";
  if (strncmp(line, key, strlen(key)) != 0) return -1;
  return strtoul(line + strlen(key), NULL, 10) == 1;
}

/* 1: has nothing left to give up, or is gone; 0: not yet; or -errno. */
static int has_given_up(const char *thread) {
  char path[64], line[64];
  snprintf(path, sizeof path, "/proc/self/task/%.16s/status", thread);
  FILE *file = fopen(path, "re");
  if (file == NULL) return errno == ENOENT ? 1 : -errno;
  bool read_any = false;
  int found = 0, given_up = 0;
  while (next_line(file, line, sizeof line)) {
    read_any = true;
    const int result = line_has_given_up(line);
    if (result >= 0) found++;
    if (result > 0) given_up++;
  }
  fclose(file);
  if (!read_any) return 1; /* it ended between the two calls */
  return found < STATUS_LINES ? -ENOTSUP : given_up == found;
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One signal, and not the next thread before this one has answered: none is left pending then. */
static int interrupt(const char *thread, int64_t deadline_ms) {
  const pid_t id = (pid_t)atoi(thread);
  if (syscall(SYS_tgkill, getpid(), id, BORROWED_SIGNAL) < 0) return errno == ESRCH ? 0 : -errno;
  for (;;) {
    const int done = has_given_up(thread);
    if (done != 0) return done < 0 ? done : 0;
    if (now_ms() > deadline_ms) return -ETIMEDOUT;
    const struct timespec pause = {.tv_nsec = 100000};
    nanosleep(&pause, NULL);
  }
}

/* Returns how many threads were interrupted, or -errno. */
static int interrupt_all(int64_t deadline_ms) {
  DIR *threads = opendir("/proc/self/task");
  if (threads == NULL) return -errno;
  int result = 0;
  for (struct dirent *entry = readdir(threads); entry != NULL && result >= 0; entry = readdir(threads)) {
    if (entry->d_name[0] == '.') continue;
    const int done = has_given_up(entry->d_name);
    const int failed = done == 0 ? interrupt(entry->d_name, deadline_ms) : done < 0 ? done : 0;
    if (failed < 0) result = failed;
    else if (done == 0) result++;
  }
  closedir(threads);
  return result;
}

static long kernel_sigaction(int number, const struct kernel_action *new, struct kernel_action *old) {
  return syscall(SYS_rt_sigaction, number, new, old, sizeof new->mask);
}

/* As the C library would tell the kernel, with its way back from a handler. */
static bool fill_action(struct kernel_action *action) {
  struct sigaction wanted = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;
  if (sigaction(SIGRTMAX, &wanted, &before) < 0) return false;
  const bool read = kernel_sigaction(SIGRTMAX, NULL, action) == 0;
  return sigaction(SIGRTMAX, &before, NULL) == 0 && read;
}

int privileges_limit(uint64_t keep) {
  struct kernel_action action, before;
  kept = keep;
  if (!fill_action(&action) || kernel_sigaction(BORROWED_SIGNAL, &action, &before) < 0) return -errno;
  const int64_t deadline_ms = now_ms() + PATIENCE_MS;
  int result;
  /* A thread that was made meanwhile by one not yet interrupted is found the next time. */
  do result = interrupt_all(deadline_ms);
  while (result > 0);
  /* After a failure a signal may still be pending, whose default would end the process. */
  if (result == 0 && kernel_sigaction(BORROWED_SIGNAL, &before, NULL) < 0) return -errno;
  return result;
}
