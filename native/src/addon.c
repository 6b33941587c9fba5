/* Node-API glue: src/tun/native.ts is the contract. Every environment (main thread or worker) loads
 * its own module object, and there is no state behind it: an fd is all that a caller holds. */
#include "addon_system.h"
#include "args.h"
#include "classifier.h"
#include "intake.h"
#include "memory.h"
#include "tun.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

/* More packets than one call will ever carry; keeps count * slot_len far inside 64 bits. */
#define MAX_COUNT (1 << 20)

/* As many queues as a domain may have. */
#define MAX_INTAKES 256

static napi_value number(napi_env env, int value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

/* Throws what a failed call of node:fs throws: message, code, errno (negative), syscall. */
static void throw_open_error(napi_env env, const struct tun_error *error) {
  char name[32], reason[128], text[192];
  uv_err_name_r(-error->number, name, sizeof name);
  uv_strerror_r(-error->number, reason, sizeof reason);
  snprintf(text, sizeof text, "%s: %s, %s", name, reason, error->syscall);

  napi_value code, message, object, syscall_name;
  if (napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &code) != napi_ok ||
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) != napi_ok ||
      napi_create_string_utf8(env, error->syscall, NAPI_AUTO_LENGTH, &syscall_name) != napi_ok ||
      napi_create_error(env, code, message, &object) != napi_ok)
    return;
  napi_set_named_property(env, object, "errno", number(env, -error->number));
  napi_set_named_property(env, object, "syscall", syscall_name);
  napi_throw(env, object);
}

/* TUN_F_* bits that we know. */
static bool arg_offloads(napi_env env, napi_value value, unsigned int *out) {
  int64_t bits;
  if (!arg_integer(env, value, 0, tun_known_offloads, &bits)) return false;
  *out = (unsigned int)bits;
  return (*out & ~tun_known_offloads) == 0;
}

/* Reads OpenOptions; false with a reason for the message when they are not as declared. */
static const char *read_request(napi_env env, napi_value options, struct tun_request *request) {
  napi_valuetype type;
  if (napi_typeof(env, options, &type) != napi_ok || type != napi_object) return "options";
  if (!option_text(env, options, "name", request->name, sizeof request->name)) return "name";
  if (!option_bool(env, options, "multiQueue", false, &request->multi_queue)) return "multiQueue";
  if (!option_bool(env, options, "vnetHdr", false, &request->vnet_hdr)) return "vnetHdr";
  bool attach, add_queue;
  if (!option_bool(env, options, "attach", false, &attach)) return "attach";
  if (!option_bool(env, options, "addQueue", true, &add_queue)) return "addQueue";
  if (add_queue && !request->multi_queue) return "addQueue";
  request->must_exist = attach || add_queue;

  napi_value value;
  if (napi_get_named_property(env, options, "offloads", &value) != napi_ok ||
      !arg_offloads(env, value, &request->offloads))
    return "offloads";
  return NULL;
}

/* open(options): OpenResult */
static napi_value js_open(napi_env env, napi_callback_info info) {
  napi_value options;
  struct tun_request request;
  const char *wrong = "options";
  if (args_take(env, info, 1, &options)) wrong = read_request(env, options, &request);
  if (wrong != NULL) {
    bool pending = false; /* a getter of the caller's object may have thrown */
    napi_is_exception_pending(env, &pending);
    const struct tun_error error = {.number = EINVAL, .syscall = wrong};
    if (!pending) throw_open_error(env, &error);
    return NULL;
  }
  struct tun_queue queue;
  struct tun_error error;
  if (!tun_open(&request, &queue, &error)) {
    throw_open_error(env, &error);
    return NULL;
  }
  napi_value result, name;
  if (napi_create_object(env, &result) != napi_ok ||
      napi_create_string_utf8(env, queue.name, NAPI_AUTO_LENGTH, &name) != napi_ok) {
    fd_close(queue.fd);
    return NULL;
  }
  napi_set_named_property(env, result, "fd", number(env, queue.fd));
  napi_set_named_property(env, result, "name", name);
  napi_set_named_property(env, result, "offloads", number(env, (int)queue.offloads));
  return result;
}

/* readBatch(fd, vnetHdr, arena, slotLen, headroom, lengths, count, intakeFd): number */
static napi_value js_read_batch(napi_env env, napi_callback_info info) {
  napi_value args[8];
  struct batch batch;
  struct view arena, lengths;
  int fd;
  int64_t slot_len, headroom, count, intake_fd;
  if (!args_take(env, info, 8, args) || !arg_fd(env, args[0], &fd) ||
      !arg_bool(env, args[1], &batch.vnet_hdr) ||
      !arg_integer(env, args[3], VNET_HEADER_LEN + 1, INT_MAX, &slot_len) ||
      !arg_integer(env, args[4], VNET_HEADER_LEN, slot_len - 1, &headroom) ||
      !arg_integer(env, args[6], 0, MAX_COUNT, &count) ||
      !arg_view(env, args[2], napi_uint8_array, (size_t)(count * slot_len), &arena) ||
      !arg_view(env, args[5], napi_uint32_array, (size_t)count, &lengths) ||
      !arg_integer(env, args[7], -1, batch.vnet_hdr ? INT_MAX : -1, &intake_fd))
    return number(env, -EINVAL);
  batch.arena = arena.data;
  batch.arena_len = arena.len;
  batch.count = (size_t)count;
  return number(env, batch_read(fd, (int)intake_fd, &batch, (size_t)slot_len, (size_t)headroom, lengths.data));
}

/* writeBatch(fd, vnetHdr, arena, starts, ends, results, count): number */
static napi_value js_write_batch(napi_env env, napi_callback_info info) {
  napi_value args[7];
  struct batch batch;
  struct view arena, starts, ends, results;
  int fd;
  int64_t count;
  if (!args_take(env, info, 7, args) || !arg_fd(env, args[0], &fd) ||
      !arg_bool(env, args[1], &batch.vnet_hdr) ||
      !arg_integer(env, args[6], 0, MAX_COUNT, &count) ||
      !arg_view(env, args[2], napi_uint8_array, 0, &arena) ||
      !arg_view(env, args[3], napi_uint32_array, (size_t)count, &starts) ||
      !arg_view(env, args[4], napi_uint32_array, (size_t)count, &ends) ||
      !arg_view(env, args[5], napi_int32_array, (size_t)count, &results))
    return number(env, -EINVAL);
  batch.arena = arena.data;
  batch.arena_len = arena.len;
  batch.count = (size_t)count;
  return number(env, batch_write(fd, &batch, starts.data, ends.data, results.data));
}

/* writePieces(fd, arena, starts, ends, heads, headSlotLen, headLens, results, count): number */
static napi_value js_write_pieces(napi_env env, napi_callback_info info) {
  napi_value args[9];
  struct batch batch = {.vnet_hdr = true};
  struct view arena, starts, ends, head_bytes, head_lens, results;
  int fd;
  int64_t head_slot_len, count;
  if (!args_take(env, info, 9, args) || !arg_fd(env, args[0], &fd) ||
      !arg_integer(env, args[5], 1, MOST_HEAD_LEN, &head_slot_len) ||
      !arg_integer(env, args[8], 0, MAX_COUNT, &count) ||
      !arg_view(env, args[1], napi_uint8_array, 0, &arena) ||
      !arg_view(env, args[2], napi_uint32_array, (size_t)count, &starts) ||
      !arg_view(env, args[3], napi_uint32_array, (size_t)count, &ends) ||
      !arg_view(env, args[4], napi_uint8_array, (size_t)(count * head_slot_len), &head_bytes) ||
      !arg_view(env, args[6], napi_uint32_array, (size_t)count, &head_lens) ||
      !arg_view(env, args[7], napi_int32_array, (size_t)count, &results))
    return number(env, -EINVAL);
  batch.arena = arena.data;
  batch.arena_len = arena.len;
  batch.count = (size_t)count;
  const struct heads heads = {
      .data = head_bytes.data, .slot_len = (size_t)head_slot_len, .lens = head_lens.data};
  return number(env, pieces_write(fd, &batch, starts.data, ends.data, &heads, results.data));
}

/* createWake(): number */
static napi_value js_create_wake(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, wake_create());
}

/* What takes a descriptor alone. */
static napi_value of_fd(napi_env env, napi_callback_info info, int (*call)(int fd)) {
  napi_value arg;
  int fd;
  if (!args_take(env, info, 1, &arg) || !arg_fd(env, arg, &fd)) return number(env, -EINVAL);
  return number(env, call(fd));
}

/* wake(wakeFd): number */
static napi_value js_wake(napi_env env, napi_callback_info info) {
  return of_fd(env, info, wake_signal);
}

/* wait(fd, wakeFd, timeoutMs, intakeFd): number */
static napi_value js_wait(napi_env env, napi_callback_info info) {
  napi_value args[4];
  int fd, wake_fd;
  int64_t timeout_ms, intake_fd;
  if (!args_take(env, info, 4, args) || !arg_fd(env, args[0], &fd) ||
      !arg_fd(env, args[1], &wake_fd) || !arg_integer(env, args[2], -1, INT_MAX, &timeout_ms) ||
      !arg_integer(env, args[3], -1, INT_MAX, &intake_fd))
    return number(env, -EINVAL);
  return number(env, wait_readable(fd, wake_fd, (int)timeout_ms, (int)intake_fd));
}

/* attachClassifier(name, toDevice): boolean */
static napi_value js_attach_classifier(napi_env env, napi_callback_info info) {
  napi_value args[2], result = NULL;
  char name[IFNAMSIZ];
  struct tun_error error = {.number = EINVAL, .syscall = "name"};
  bool to_device, made_qdisc;
  if (!args_take(env, info, 2, args) || !arg_text(env, args[0], name, sizeof name) ||
      !arg_bool(env, args[1], &to_device) ||
      !classifier_attach(name, to_device, &made_qdisc, &error)) {
    throw_open_error(env, &error);
    return NULL;
  }
  napi_get_boolean(env, made_qdisc, &result);
  return result;
}

/* detachClassifier(name, madeQdisc): number */
static napi_value js_detach_classifier(napi_env env, napi_callback_info info) {
  napi_value args[2];
  char name[IFNAMSIZ];
  bool made_qdisc;
  if (!args_take(env, info, 2, args) || !arg_text(env, args[0], name, sizeof name) ||
      !arg_bool(env, args[1], &made_qdisc))
    return number(env, -EINVAL);
  return number(env, classifier_detach(name, made_qdisc));
}

/* findClassifier(name, toDevice): number */
static napi_value js_find_classifier(napi_env env, napi_callback_info info) {
  napi_value args[2];
  char name[IFNAMSIZ];
  bool to_device;
  if (!args_take(env, info, 2, args) || !arg_text(env, args[0], name, sizeof name) ||
      !arg_bool(env, args[1], &to_device))
    return number(env, -EINVAL);
  return number(env, classifier_find(name, to_device));
}

/* openIntakes(name, count): number[] */
static napi_value js_open_intakes(napi_env env, napi_callback_info info) {
  napi_value args[2], result = NULL;
  char name[IFNAMSIZ];
  int64_t count;
  int fds[MAX_INTAKES];
  struct tun_error error = {.number = EINVAL, .syscall = "name"};
  if (!args_take(env, info, 2, args) || !arg_text(env, args[0], name, sizeof name) ||
      !arg_integer(env, args[1], 1, MAX_INTAKES, &count) ||
      !intake_open(name, (size_t)count, fds, &error)) {
    throw_open_error(env, &error);
    return NULL;
  }
  napi_create_array_with_length(env, (size_t)count, &result);
  for (uint32_t i = 0; i < count; i++) napi_set_element(env, result, i, number(env, fds[i]));
  return result;
}

/* intakeDrops(fd): number */
static napi_value js_intake_drops(napi_env env, napi_callback_info info) {
  return of_fd(env, info, intake_drops);
}

/* releasePages(memory, from): number */
static napi_value js_release_pages(napi_env env, napi_callback_info info) {
  napi_value args[2];
  struct view memory;
  int64_t from;
  if (!args_take(env, info, 2, args) || !arg_view(env, args[0], napi_uint8_array, 1, &memory) ||
      !arg_integer(env, args[1], 0, (int64_t)memory.len, &from))
    return number(env, -EINVAL);
  return number(env, pages_release((uint8_t *)memory.data + from, memory.len - (size_t)from));
}

/* askHugePages(memory): number */
static napi_value js_ask_huge_pages(napi_env env, napi_callback_info info) {
  napi_value arg;
  struct view memory;
  if (!args_take(env, info, 1, &arg) || !arg_view(env, arg, napi_uint8_array, 1, &memory))
    return number(env, -EINVAL);
  return number(env, pages_huge(memory.data, memory.len));
}

/* close(fd): number */
static napi_value js_close(napi_env env, napi_callback_info info) {
  return of_fd(env, info, fd_close);
}

#define METHOD(js, c) {.utf8name = js, .method = c, .attributes = napi_enumerable}

NAPI_MODULE_INIT() {
  const napi_property_descriptor methods[] = {
      METHOD("open", js_open),
      METHOD("readBatch", js_read_batch),
      METHOD("writeBatch", js_write_batch),
      METHOD("writePieces", js_write_pieces),
      METHOD("createWake", js_create_wake),
      METHOD("wake", js_wake),
      METHOD("wait", js_wait),
      METHOD("releasePages", js_release_pages),
      METHOD("askHugePages", js_ask_huge_pages),
      METHOD("close", js_close),
      METHOD("attachClassifier", js_attach_classifier),
      METHOD("detachClassifier", js_detach_classifier),
      METHOD("findClassifier", js_find_classifier),
      METHOD("openIntakes", js_open_intakes),
      METHOD("intakeDrops", js_intake_drops),
  };
  const napi_status status =
      napi_define_properties(env, exports, sizeof methods / sizeof methods[0], methods);
  return status == napi_ok && system_define(env, exports) ? exports : NULL;
}
