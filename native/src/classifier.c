#include "classifier.h"

#include "classifier_code.h"
#include "traffic_control.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Returns the program's descriptor or -errno; a filter holds the program beyond it. */
static int load(void) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  attr.insns = (uintptr_t)classifier_code;
  attr.insn_cnt = sizeof classifier_code / sizeof classifier_code[0];
  attr.license = (uintptr_t) "MIT";
  strcpy(attr.prog_name, "mapd_encap");
  const long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
  return fd < 0 ? -errno : (int)fd;
}

static bool fail(struct tun_error *error, const char *syscall, int negative) {
  error->syscall = syscall;
  error->number = -negative;
  return false;
}

bool classifier_attach(const char *name, bool *made_qdisc, struct tun_error *error) {
  const unsigned int ifindex = if_nametoindex(name);
  if (ifindex == 0) return fail(error, "if_nametoindex", -errno);
  const int program = load();
  if (program < 0) return fail(error, "BPF_PROG_LOAD", program);
  int result = clsact_make((int)ifindex, made_qdisc);
  if (result < 0) {
    close(program);
    return fail(error, "RTM_NEWQDISC", result);
  }
  result = filter_add((int)ifindex, program);
  close(program);
  if (result == 0) return true;
  if (*made_qdisc) clsact_remove((int)ifindex);
  return fail(error, "RTM_NEWTFILTER", result);
}

int classifier_detach(const char *name, bool made_qdisc) {
  const unsigned int ifindex = if_nametoindex(name);
  if (ifindex == 0) return -errno;
  const int result = filter_remove((int)ifindex);
  return result == 0 && made_qdisc ? clsact_remove((int)ifindex) : result;
}

int classifier_find(const char *name) {
  const unsigned int ifindex = if_nametoindex(name);
  return ifindex == 0 ? -errno : filter_find((int)ifindex);
}
