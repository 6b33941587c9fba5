/* Node-API glue of what concerns the process, and who speaks to it. */
#include "addon_system.h"

#include "args.h"
#include "memory.h"
#include "peer.h"
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define MESSAGE_MAX 4096
#define NAME_MAX_LEN 256

/* The largest whole number that JavaScript holds exactly has 53 bits; Linux has 41 capabilities. */
#define CAPABILITY_MASK_MAX ((1LL << 53) - 1)

static napi_value whole(napi_env env, int64_t value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}

/* notify(address, text): number */
static napi_value js_notify(napi_env env, napi_callback_info info) {
  napi_value args[2];
  char address[sizeof(((struct sockaddr_un *)NULL)->sun_path)], text[MESSAGE_MAX];
  if (!args_take(env, info, 2, args) || !arg_text(env, args[0], address, sizeof address) ||
      !arg_text(env, args[1], text, sizeof text))
    return whole(env, -EINVAL);
  return whole(env, notify_send(address, text, strlen(text)));
}

/* forbidDumps(): number */
static napi_value js_forbid_dumps(napi_env env, napi_callback_info info) {
  (void)info;
  return whole(env, dumps_forbid());
}

/* boundMalloc(): number */
static napi_value js_bound_malloc(napi_env env, napi_callback_info info) {
  (void)info;
  return whole(env, malloc_bound());
}

/* trimMalloc(): undefined */
static napi_value js_trim_malloc(napi_env env, napi_callback_info info) {
  (void)env, (void)info;
  malloc_give_back();
  return NULL;
}

/* limitPrivileges(keep): number */
static napi_value js_limit_privileges(napi_env env, napi_callback_info info) {
  napi_value arg;
  int64_t keep;
  if (!args_take(env, info, 1, &arg) || !arg_integer(env, arg, 0, CAPABILITY_MASK_MAX, &keep))
    return whole(env, -EINVAL);
  return whole(env, privileges_limit((uint64_t)keep));
}

/* findGroup(name): number */
static napi_value js_find_group(napi_env env, napi_callback_info info) {
  napi_value arg;
  char name[NAME_MAX_LEN];
  if (!args_take(env, info, 1, &arg) || !arg_text(env, arg, name, sizeof name))
    return whole(env, -EINVAL);
  return whole(env, group_find(name));
}

/* { pid, uid, gids }, the primary group first. */
static napi_value peer_object(napi_env env, const struct peer *peer) {
  napi_value result, gids;
  if (napi_create_object(env, &result) != napi_ok ||
      napi_create_array_with_length(env, peer->group_count + 1, &gids) != napi_ok)
    return NULL;
  napi_set_element(env, gids, 0, whole(env, peer->gid));
  for (size_t i = 0; i < peer->group_count; i++)
    napi_set_element(env, gids, (uint32_t)i + 1, whole(env, peer->groups[i]));
  napi_set_named_property(env, result, "pid", whole(env, peer->pid));
  napi_set_named_property(env, result, "uid", whole(env, peer->uid));
  napi_set_named_property(env, result, "gids", gids);
  return result;
}

/* readPeer(fd): Peer | number */
static napi_value js_read_peer(napi_env env, napi_callback_info info) {
  napi_value arg;
  int fd;
  if (!args_take(env, info, 1, &arg) || !arg_fd(env, arg, &fd)) return whole(env, -EINVAL);
  struct peer peer;
  const int failed = peer_read(fd, &peer);
  if (failed != 0) return whole(env, failed);
  napi_value result = peer_object(env, &peer);
  free(peer.groups);
  return result;
}

#define METHOD(js, c) {.utf8name = js, .method = c, .attributes = napi_enumerable}

bool system_define(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      METHOD("notify", js_notify),
      METHOD("forbidDumps", js_forbid_dumps),
      METHOD("boundMalloc", js_bound_malloc),
      METHOD("trimMalloc", js_trim_malloc),
      METHOD("limitPrivileges", js_limit_privileges),
      METHOD("findGroup", js_find_group),
      METHOD("readPeer", js_read_peer),
  };
  const size_t count = sizeof methods / sizeof methods[0];
  return napi_define_properties(env, exports, count, methods) == napi_ok;
}
