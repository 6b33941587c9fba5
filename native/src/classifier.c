#include "classifier.h"

#include "classifier_code.h"
#include "traffic_control.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct program {
  const struct bpf_insn *code;
  unsigned int len;
  char name[BPF_OBJ_NAME_LEN];
};

#define PROGRAM(array, text) {array, sizeof(array) / sizeof(array)[0], text}

static const struct program from_device = PROGRAM(encapsulate_code, "mapd_encap");
static const struct program towards_device = PROGRAM(hand_over_code, "mapd_hand_over");

/* Returns the program's descriptor or -errno; a filter holds the program beyond it. No signal meanwhile: at one, such as
 * the end of a child, the kernel gives the check up with EAGAIN. */
static int load(const struct program *program) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  attr.insns = (uintptr_t)program->code;
  attr.insn_cnt = program->len;
  attr.license = (uintptr_t) "MIT";
  memcpy(attr.prog_name, program->name, sizeof attr.prog_name);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
  const int result = fd < 0 ? -errno : (int)fd;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result;
}

bool classifier_attach(const char *name, bool to_device, bool *made_qdisc,
                       struct tun_error *error) {
  const unsigned int ifindex = if_nametoindex(name);
  if (ifindex == 0) return tun_fail(error, "if_nametoindex", errno);
  const int program = load(to_device ? &towards_device : &from_device);
  if (program < 0) return tun_fail(error, "BPF_PROG_LOAD", -program);
  int result = clsact_make((int)ifindex, made_qdisc);
  if (result < 0) {
    close(program);
    return tun_fail(error, "RTM_NEWQDISC", -result);
  }
  result = filter_add((int)ifindex, to_device, program);
  close(program);
  if (result == 0) return true;
  if (*made_qdisc) clsact_remove((int)ifindex);
  return tun_fail(error, "RTM_NEWTFILTER", -result);
}

int classifier_detach(const char *name, bool made_qdisc) {
  const unsigned int ifindex = if_nametoindex(name);
  if (ifindex == 0) return -errno;
  /* The other way round packets would be turned around once more on their way on. This one need not be there. */
  filter_remove((int)ifindex, true);
  const int result = filter_remove((int)ifindex, false);
  return result == 0 && made_qdisc ? clsact_remove((int)ifindex) : result;
}

int classifier_find(const char *name, bool to_device) {
  const unsigned int ifindex = if_nametoindex(name);
  return ifindex == 0 ? -errno : filter_find((int)ifindex, to_device);
}
